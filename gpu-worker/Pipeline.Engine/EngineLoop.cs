using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Tokenization;

namespace Pipeline.Engine;

/// <summary>
/// Runs an engine on a thread of its own, which alone touches the device. All members are safe from any thread.
/// </summary>
public sealed class EngineLoop : IAsyncDisposable
{
    private readonly InferenceEngine _engine;
    private readonly DeviceThread<GenerationRequest, GenerationResult, EngineStatistics> _thread;

    /// <summary>Starts the thread. The loop owns the engine from now on, and disposes it.</summary>
    public EngineLoop(InferenceEngine engine)
    {
        _engine = engine;
        _thread = new(engine);
    }

    /// <summary>The model's tokenizer.</summary>
    /// <exception cref="InvalidOperationException">The model directory has none.</exception>
    public Tokenizer Tokenizer => _engine.Tokenizer;

    /// <summary>Makes constraints of the forms that outputs have to have.</summary>
    /// <exception cref="InvalidOperationException">The model directory has no tokenizer.</exception>
    public OutputConstraints Constraints => _engine.Constraints;

    /// <summary>The model's shape.</summary>
    public ModelConfig ModelConfig => _engine.ModelConfig;

    /// <summary>Sequences computed at a time.</summary>
    public int MaxRunning => _engine.MaxRunning;

    /// <summary>The kernels that the engine computes with.</summary>
    public string KernelName => _engine.KernelName;

    /// <summary>Why faster kernels were not taken, though they should have been; null if all is well.</summary>
    public string? KernelWarning => _engine.KernelWarning;

    /// <summary>How the engine stood after its last step.</summary>
    public EngineStatistics Statistics => _thread.Statistics;

    /// <summary>Why the engine stopped working, or null while it works.</summary>
    public EngineFailedException? Failure => _thread.Failure;

    /// <summary>Ends when the loop does: with success after <see cref="DisposeAsync"/>, faulted when the engine failed.</summary>
    public Task Completion => _thread.Completion;

    /// <summary>Generates a completion.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">
    /// Gives the request up: its blocks are free after the step in progress. The task then ends with a result all
    /// the same, of <see cref="FinishReason.Cancelled"/>, since the work done until then is to be accounted for.
    /// </param>
    /// <exception cref="RequestRejectedException">The request could never be run.</exception>
    /// <exception cref="SequenceFailedException">The request failed, and the engine goes on.</exception>
    /// <exception cref="EngineFailedException">The engine failed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed before.</exception>
    public Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _thread.RunAsync(request.Id, request, cancellationToken);
    }

    /// <summary>Stops after the step in progress. Requests not finished end as cancelled.</summary>
    public ValueTask DisposeAsync() => _thread.DisposeAsync();
}
