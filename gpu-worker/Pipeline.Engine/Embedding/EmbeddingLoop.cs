using Pipeline.Engine.Execution;

namespace Pipeline.Engine.Embedding;

/// <summary>
/// Runs an embedding engine on a thread of its own, which alone touches the device. All members are safe from any thread.
/// </summary>
public sealed class EmbeddingLoop : IAsyncDisposable
{
    private readonly DeviceThread<EmbeddingRequest, EmbeddingResult, EmbeddingStatistics> _thread;

    /// <summary>Starts the thread. The loop owns the engine from now on, and disposes it.</summary>
    public EmbeddingLoop(EmbeddingEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Config = engine.Config;
        MaxRunning = engine.MaxRunning;
        _thread = new(engine);
    }

    /// <summary>What the model takes and gives.</summary>
    public EmbedderConfig Config { get; }

    /// <summary>Requests that it is worth to have in the engine at a time.</summary>
    public int MaxRunning { get; }

    /// <summary>How the engine stood after its last step.</summary>
    public EmbeddingStatistics Statistics => _thread.Statistics;

    /// <summary>Ends when the loop does: with success after <see cref="DisposeAsync"/>, faulted when the engine failed.</summary>
    public Task Completion => _thread.Completion;

    /// <summary>Embeds a request's inputs.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">
    /// Gives the request up. The task then ends with a result all the same, one that <see cref="EmbeddingResult.IsCancelled"/>
    /// says so of: the work done until then is to be accounted for.
    /// </param>
    /// <exception cref="RequestRejectedException">The request could never be run.</exception>
    /// <exception cref="EmbeddingFailedException">The request failed, and the engine goes on.</exception>
    /// <exception cref="EngineFailedException">The engine failed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed before.</exception>
    public Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _thread.RunAsync(request.Id, request, cancellationToken);
    }

    /// <summary>Stops after the step in progress. Requests not finished end as cancelled.</summary>
    public ValueTask DisposeAsync() => _thread.DisposeAsync();
}
