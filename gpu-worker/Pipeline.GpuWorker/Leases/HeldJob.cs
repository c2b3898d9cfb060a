using Pipeline.Data.Claims;
using Pipeline.Data.Entities;

namespace Pipeline.GpuWorker.Leases;

/// <summary>A claimed job that is not committed yet. Thread-safe.</summary>
internal sealed class HeldJob : IDisposable
{
    private readonly CancellationTokenSource _dropped = new();
    private int _outcome = (int)AttemptOutcome.Released;
    private int _isDropped;

    public HeldJob(ClaimedJob job) => Job = job;

    public ClaimedJob Job { get; }

    /// <summary>Cancelled when the job is to be given up.</summary>
    public CancellationToken Dropped => _dropped.Token;

    /// <summary>How the attempt ends if it is given up: by the first reason there was.</summary>
    public AttemptOutcome DropOutcome => (AttemptOutcome)Volatile.Read(ref _outcome);

    /// <summary>Gives the job up; only the first call counts.</summary>
    /// <param name="outcome"><see cref="AttemptOutcome.Released"/>: somebody else is to run it. <see cref="AttemptOutcome.Cancelled"/>: nobody is.</param>
    public void Drop(AttemptOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isDropped, 1) == 0)
        {
            Volatile.Write(ref _outcome, (int)outcome);
            _dropped.Cancel();
        }
    }

    /// <summary>Lets go of a job that has ended. Whoever looks for jobs to drop may come later than the end of one: then nothing is dropped.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDropped, 1) == 0)
        {
            _dropped.Dispose();
        }
    }
}
