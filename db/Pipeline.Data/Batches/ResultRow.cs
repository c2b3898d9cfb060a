using Pipeline.Data.States;

namespace Pipeline.Data.Batches;

/// <summary>What the files of a finished batch say about one job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="State">Its final state.</param>
/// <param name="CustomId">The submitter's own name for it.</param>
/// <param name="StatusCode">HTTP status of the answer; 0 if there is none.</param>
/// <param name="RequestId">The answer's request id; <see langword="null"/> if there is no answer.</param>
/// <param name="Body">The answer as UTF-8 JSON.</param>
/// <param name="ErrorCode">Why there is no answer.</param>
/// <param name="ErrorMessage">The sentence that goes with it.</param>
public sealed record ResultRow(
    long JobId, JobState State, string CustomId, int StatusCode, string? RequestId, byte[]? Body, string? ErrorCode, string? ErrorMessage)
{
    /// <summary>Whether it belongs into the output file; the error file otherwise.</summary>
    public bool Succeeded => StatusCode == 200 && Body is not null;
}
