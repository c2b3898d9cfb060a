using Pipeline.Data.Results;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Backends;

/// <summary>What a backend made of a job.</summary>
/// <param name="StatusCode">HTTP status: 200, or 4xx/5xx with an error body; 0 if the job was given up.</param>
/// <param name="Body">The answer as JSON text; <see langword="null"/> if the job was given up.</param>
/// <param name="Tokens">What was read and written.</param>
/// <param name="Seconds">What it took.</param>
internal sealed record BackendAnswer(int StatusCode, string? Body, AttemptTokens Tokens, AttemptSeconds Seconds)
{
    /// <summary>From the start of the job to its first token, in seconds.</summary>
    public double? TimeToFirstToken { get; init; }

    /// <summary>Time to compile the form that the job asks for, in seconds; 0 where it asks for none or the form was known.</summary>
    public double CompileSeconds { get; init; }

    /// <summary>Whether the job was given up before it had an answer.</summary>
    public bool IsDropped => Body is null;

    /// <summary>An answer for a job that is at fault, or failed, before anything was used.</summary>
    public static BackendAnswer Refusal(RequestErrorException error) => new(error.Status, error.ToBody(), default, default);

    /// <summary>An answer for a job that was given up.</summary>
    public static BackendAnswer Dropped(AttemptTokens tokens, AttemptSeconds seconds) => new(0, null, tokens, seconds);
}
