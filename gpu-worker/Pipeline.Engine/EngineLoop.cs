using System.Threading.Channels;
using Pipeline.Engine.Models;
using Pipeline.Tokenization;

namespace Pipeline.Engine;

/// <summary>
/// Runs an engine on a thread of its own, which alone touches the device. All members are safe from any thread.
/// </summary>
public sealed class EngineLoop : IAsyncDisposable
{
    private readonly InferenceEngine _engine;
    private readonly Channel<Command> _commands = Channel.CreateUnbounded<Command>(new() { SingleReader = true });
    private readonly Dictionary<string, Submission> _outstanding = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EngineStatistics _statistics;
    private volatile EngineFailedException? _failure;

    /// <summary>Starts the thread. The loop owns the engine from now on, and disposes it.</summary>
    public EngineLoop(InferenceEngine engine)
    {
        _engine = engine;
        _statistics = engine.Statistics;
        new Thread(Run) { Name = "engine", IsBackground = true }.Start();
    }

    private abstract record Command;

    private sealed record Submission(GenerationRequest Request, TaskCompletionSource<GenerationResult> Result) : Command;

    private sealed record Cancellation(Submission Submission) : Command;

    /// <summary>The model's tokenizer.</summary>
    /// <exception cref="InvalidOperationException">The model directory has none.</exception>
    public Tokenizer Tokenizer => _engine.Tokenizer;

    /// <summary>The model's shape.</summary>
    public ModelConfig ModelConfig => _engine.ModelConfig;

    /// <summary>Sequences computed at a time.</summary>
    public int MaxRunning => _engine.MaxRunning;

    /// <summary>The kernels that the engine computes with.</summary>
    public string KernelName => _engine.KernelName;

    /// <summary>Why faster kernels were not taken, though they should have been; null if all is well.</summary>
    public string? KernelWarning => _engine.KernelWarning;

    /// <summary>How the engine stood after its last step.</summary>
    public EngineStatistics Statistics => _statistics;

    /// <summary>Why the engine stopped working, or null while it works.</summary>
    public EngineFailedException? Failure => _failure;

    /// <summary>Ends when the loop does: with success after <see cref="DisposeAsync"/>, faulted when the engine failed.</summary>
    public Task Completion => _completion.Task;

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
    public async Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Submission submission = new(request, new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!_commands.Writer.TryWrite(submission))
        {
            ObjectDisposedException.ThrowIf(_failure is null, this);
            throw new EngineFailedException(_failure.Message, _failure.InnerException);
        }

        using CancellationTokenRegistration registration = cancellationToken.Register(
            () => _commands.Writer.TryWrite(new Cancellation(submission)));
        return await submission.Result.Task;
    }

    /// <summary>Stops after the step in progress. Requests not finished end as cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        _commands.Writer.TryComplete();
        await _completion.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Run()
    {
        try
        {
            while (ReadCommands())
            {
                Deliver(_engine.Step());
            }

            foreach (string id in _outstanding.Keys)
            {
                _engine.Cancel(id);
            }

            while (_engine.HasWork)
            {
                Deliver(_engine.Step());
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }

        _engine.Dispose();
        if (_failure is { } failed)
        {
            _completion.SetException(failed);
        }
        else
        {
            _completion.SetResult();
        }
    }

    /// <summary>Takes in what has been asked for, waiting while there is nothing to do. False: no more will come.</summary>
    private bool ReadCommands()
    {
        while (_commands.Reader.TryRead(out Command? command))
        {
            Handle(command);
        }

        if (_engine.HasWork && !_commands.Reader.Completion.IsCompleted)
        {
            return true;
        }

        return _commands.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Handle(Command command)
    {
        if (command is Cancellation cancellation)
        {
            string id = cancellation.Submission.Request.Id;
            if (_outstanding.TryGetValue(id, out Submission? current) && ReferenceEquals(current, cancellation.Submission))
            {
                _engine.Cancel(id);
            }
        }
        else if (command is Submission submission)
        {
            try
            {
                _engine.Add(submission.Request);
                _outstanding.Add(submission.Request.Id, submission);
            }
            catch (RequestRejectedException e)
            {
                submission.Result.SetException(e);
            }
        }
    }

    private void Deliver(StepResult step)
    {
        _statistics = _engine.Statistics;
        foreach (FinishedGeneration finished in step.Finished)
        {
            _outstanding.Remove(finished.Id, out Submission? submission);
            if (finished.Failure is { } failed)
            {
                submission!.Result.SetException(failed);
            }
            else
            {
                submission!.Result.SetResult(finished.Result);
            }
        }
    }

    private void Fail(Exception cause)
    {
        EngineFailedException failed = new($"The engine failed: {cause.Message}", cause);
        _failure = failed;
        _commands.Writer.TryComplete();
        while (_commands.Reader.TryRead(out Command? command))
        {
            (command as Submission)?.Result.SetException(failed);
        }

        foreach (Submission submission in _outstanding.Values)
        {
            submission.Result.SetException(failed);
        }
    }
}
