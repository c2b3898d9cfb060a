using Pipeline.Engine;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>What came of the completions of one request.</summary>
/// <param name="Results">Those that entered the engine, in the requests' order; whole where there is no error.</param>
/// <param name="Error">What the request is to be answered with instead, or null.</param>
internal sealed record GenerationGroup(IReadOnlyList<GenerationResult> Results, RequestErrorException? Error)
{
    /// <summary>Whether it was given up before it had ended.</summary>
    public bool IsCancelled => Error is null && Results.Any(result => result.FinishReason == FinishReason.Cancelled);

    /// <summary>Runs completions side by side to their end. When one fails the others are given up.</summary>
    /// <param name="requests">The completions; at least one.</param>
    /// <param name="generate">The engine.</param>
    /// <param name="cancellationToken">Gives all of them up.</param>
    /// <exception cref="EngineFailedException">The engine failed.</exception>
    /// <exception cref="ObjectDisposedException">The engine was stopped before.</exception>
    public static async Task<GenerationGroup> RunAsync(
        IReadOnlyList<GenerationRequest> requests,
        Func<GenerationRequest, CancellationToken, Task<GenerationResult>> generate,
        CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<GenerationResult>[] tasks = [.. requests.Select(RunAsync)];
        await ((Task)Task.WhenAll(tasks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<GenerationResult> results = [];
        RequestErrorException? error = null;
        foreach (Task<GenerationResult> task in tasks)
        {
            try
            {
                results.Add(await task);
            }
            catch (RequestRejectedException rejection)
            {
                error ??= rejection.ToError();
            }
            catch (SequenceFailedException failure)
            {
                error ??= RequestErrorException.Server(failure.Message);
                results.AddRange(failure.Result is { } spent ? [spent] : []);
            }
        }
        return new GenerationGroup(results, error);

        async Task<GenerationResult> RunAsync(GenerationRequest request)
        {
            try
            {
                return await generate(request, giveUp.Token);
            }
            catch
            {
                await giveUp.CancelAsync();
                throw;
            }
        }
    }
}
