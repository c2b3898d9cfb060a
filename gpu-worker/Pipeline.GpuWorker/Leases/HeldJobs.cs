using System.Collections.Concurrent;
using Pipeline.Data.Claims;

namespace Pipeline.GpuWorker.Leases;

/// <summary>The jobs that this process has claimed and not committed yet. Thread-safe.</summary>
internal sealed class HeldJobs
{
    private readonly ConcurrentDictionary<(long Id, short Attempt), HeldJob> _jobs = new();

    public IReadOnlyCollection<HeldJob> All => [.. _jobs.Values];

    public HeldJob Add(ClaimedJob job)
    {
        HeldJob held = new(job);
        return _jobs.TryAdd((job.Id, job.Attempt), held) ? held : throw new InvalidOperationException($"Job {job.Id} is held already under attempt {job.Attempt}.");
    }

    /// <summary>Lets go of a job whose end has been committed.</summary>
    public void Remove(HeldJob job)
    {
        _jobs.TryRemove((job.Job.Id, job.Job.Attempt), out _);
        job.Dispose();
    }

    public bool Contains(long id, short attempt) => _jobs.ContainsKey((id, attempt));
}
