using System.Collections.Concurrent;
using Pipeline.Data.Results;
using Pipeline.GpuWorker.Backends;

namespace Pipeline.GpuWorker.Tests.Support;

/// <summary>A backend whose jobs end when the test says so, and that remembers what ran together.</summary>
internal sealed class GatedBackend(int maxRunning) : IBackend
{
    private readonly TaskCompletionSource _completion = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();
    private volatile bool _open;
    private int _running;
    private int _most;

    /// <summary>Of each job its id and how many others ran when it began.</summary>
    public ConcurrentQueue<(string Id, string Body, int Others)> Begun { get; } = new();

    public string Device => "gated";

    public int MaxRunning => maxRunning;

    public int Running => Volatile.Read(ref _running);

    public int MostAtATime => Volatile.Read(ref _most);

    public double BusySeconds => 0;

    public Task Completion => _completion.Task;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken)
    {
        // The gate comes before the count: a test that sees the job run can end it.
        TaskCompletionSource gate = _waiting.GetOrAdd(job.Id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        int running = Interlocked.Increment(ref _running);
        InterlockedMax(running);
        Begun.Enqueue((job.Id, job.Body, running - 1));
        if (_open)
        {
            gate.TrySetResult();
        }

        try
        {
            await gate.Task.WaitAsync(cancellationToken);
            return new BackendAnswer(200, """{"object":"chat.completion"}""", new AttemptTokens(7, 3, 2, 0), new AttemptSeconds(0.1, 0.2, 0.3, 0.5));
        }
        catch (OperationCanceledException)
        {
            return BackendAnswer.Dropped(new AttemptTokens(7, 0, 0, 0), new AttemptSeconds(0.1, 0.2, 0, 0.2));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Ends what runs, and lets through what comes.</summary>
    public void Open()
    {
        _open = true;
        foreach (TaskCompletionSource gate in _waiting.Values)
        {
            gate.TrySetResult();
        }
    }

    /// <summary>The device dies under the jobs.</summary>
    public void Fail()
    {
        InvalidOperationException cause = new("the device is gone");
        foreach (TaskCompletionSource gate in _waiting.Values)
        {
            gate.TrySetException(new BackendFailedException("The backend failed.", cause));
        }

        _completion.TrySetException(cause);
    }

    public ValueTask DisposeAsync()
    {
        _completion.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private void InterlockedMax(int running)
    {
        int most;
        while ((most = Volatile.Read(ref _most)) < running && Interlocked.CompareExchange(ref _most, running, most) != most)
        {
        }
    }
}
