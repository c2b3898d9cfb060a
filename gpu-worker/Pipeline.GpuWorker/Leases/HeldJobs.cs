using System.Collections.Concurrent;
using Pipeline.Data.Claims;

namespace Pipeline.GpuWorker.Leases;

/// <summary>The jobs that this process has claimed and not committed yet. Thread-safe.</summary>
internal sealed class HeldJobs
{
    private readonly ConcurrentDictionary<(long Id, short Attempt), HeldJob> _jobs = new();
    private int _count;

    public IReadOnlyCollection<HeldJob> All => [.. _jobs.Values];

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    public HeldJob Add(ClaimedJob job)
    {
        HeldJob held = new(job);
        if (!_jobs.TryAdd((job.Id, job.Attempt), held))
        {
            throw new InvalidOperationException($"Job {job.Id} is held already under attempt {job.Attempt}.");
        }

        Interlocked.Increment(ref _count);
        return held;
    }

    /// <summary>Lets go of a job whose end has been committed. One that is not held is none of ours.</summary>
    public void Remove(long id, short attempt)
    {
        if (_jobs.TryRemove((id, attempt), out HeldJob? job))
        {
            Interlocked.Decrement(ref _count);
            job.Dispose();
        }
    }

    public bool Contains(long id, short attempt) => _jobs.ContainsKey((id, attempt));
}
