using System.Threading.Channels;

namespace Pipeline.Engine.Execution;

/// <summary>
/// Runs an engine on a thread of its own, which alone touches the device. All members are safe from any thread.
/// </summary>
/// <typeparam name="TRequest">What the engine is asked for.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
/// <typeparam name="TStatistics">How it tells where it stands.</typeparam>
internal sealed class DeviceThread<TRequest, TResult, TStatistics> : IAsyncDisposable
    where TStatistics : class
{
    private readonly IStepwise<TRequest, TResult, TStatistics> _engine;
    private readonly Channel<Command> _commands = Channel.CreateUnbounded<Command>(new() { SingleReader = true });
    private readonly Dictionary<string, Submission> _outstanding = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TStatistics _statistics;
    private volatile EngineFailedException? _failure;

    /// <summary>Starts the thread. It owns the engine from now on, and disposes it.</summary>
    public DeviceThread(IStepwise<TRequest, TResult, TStatistics> engine)
    {
        _engine = engine;
        _statistics = engine.Statistics;
        new Thread(Run) { Name = "engine", IsBackground = true }.Start();
    }

    private abstract record Command;

    private sealed record Submission(string Id, TRequest Request, TaskCompletionSource<TResult> Result) : Command;

    private sealed record Cancellation(Submission Submission) : Command;

    /// <summary>How the engine stood after its last step.</summary>
    public TStatistics Statistics => _statistics;

    /// <summary>Why the engine stopped working, or null while it works.</summary>
    public EngineFailedException? Failure => _failure;

    /// <summary>Ends when the thread does: with success after <see cref="DisposeAsync"/>, faulted when the engine failed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Runs a request to its end.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives it up. The task then ends with a result all the same: what was done is to be accounted for.</param>
    /// <exception cref="RequestRejectedException">The request could never be run.</exception>
    /// <exception cref="EngineFailedException">The engine failed.</exception>
    /// <exception cref="ObjectDisposedException">The thread was told to end before.</exception>
    /// <exception cref="Exception">The request alone failed: see <see cref="Finished{TResult}.Failure"/>.</exception>
    public async Task<TResult> RunAsync(string id, TRequest request, CancellationToken cancellationToken)
    {
        Submission submission = new(id, request, new(TaskCreationOptions.RunContinuationsAsynchronously));
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
            string id = cancellation.Submission.Id;
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
                _outstanding.Add(submission.Id, submission);
            }
            catch (RequestRejectedException e)
            {
                submission.Result.SetException(e);
            }
        }
    }

    private void Deliver(IReadOnlyList<Finished<TResult>> finished)
    {
        _statistics = _engine.Statistics;
        foreach (Finished<TResult> request in finished)
        {
            _outstanding.Remove(request.Id, out Submission? submission);
            if (request.Failure is { } failed)
            {
                submission!.Result.SetException(failed);
            }
            else
            {
                submission!.Result.SetResult(request.Result);
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
