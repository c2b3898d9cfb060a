using Pipeline.Data.Results;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Backends.Local;

/// <summary>Jobs that generate text, from the request to the answer.</summary>
/// <param name="mapper">Reads the requests.</param>
/// <param name="generate">The engine.</param>
internal sealed class GenerationJobs(RequestMapper mapper, Func<GenerationRequest, CancellationToken, Task<GenerationResult>> generate)
{
    /// <inheritdoc cref="ILocalModel.RunAsync"/>
    public async Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken)
    {
        try
        {
            MappedRequest request = mapper.Map(job.Id, job.Url, job.Body, cacheSalt: job.Tenant.ToString("N"));
            GenerationGroup group = await GenerationGroup.RunAsync(request.Generations, generate, cancellationToken);
            AttemptSeconds seconds = Seconds(group.Results);
            if (group.Error is not null || group.IsCancelled)
            {
                AttemptTokens tokens = Tokens(request.UsageOf(group.Results), group.Results);
                return group.Error is { } error ? BackendAnswer.Refusal(error) with { Tokens = tokens, Seconds = seconds } : BackendAnswer.Dropped(tokens, seconds);
            }

            Answer answer = request.Answer(group.Results);
            return new BackendAnswer(200, answer.Write(request.Form), Tokens(answer.Usage, group.Results), seconds)
            {
                CompileSeconds = request.CompileSeconds,
                TimeToFirstToken = group.Results.Min(result => result.TimeToFirstTokenSeconds),
            };
        }
        catch (RequestErrorException error)
        {
            return BackendAnswer.Refusal(error);
        }
    }

    private static AttemptTokens Tokens(Usage usage, IReadOnlyList<GenerationResult> results) =>
        new(usage.Prompt, usage.Cached, usage.Completion, usage.Reasoning)
        {
            Drafted = results.Sum(result => result.DraftedTokens),
            Accepted = results.Sum(result => result.AcceptedTokens),
        };

    /// <summary>The device's seconds add up; what waited side by side waited once.</summary>
    private static AttemptSeconds Seconds(IReadOnlyList<GenerationResult> results) => new(
        results.Select(result => result.QueueSeconds).DefaultIfEmpty().Max(),
        results.Sum(result => result.PrefillSeconds),
        results.Sum(result => result.DecodeSeconds),
        results.Sum(result => result.DeviceSeconds))
    {
        PlainDecode = results.Any(result => result.PlainDecodeSeconds is not null)
            ? results.Sum(result => result.PlainDecodeSeconds ?? result.DecodeSeconds) : null,
    };
}
