using Nito.AsyncEx;
using Pipeline.Contracts;
using Pipeline.Data.Claims;
using Pipeline.GpuWorker.Leases;
using Pipeline.GpuWorker.Telemetry;

namespace Pipeline.GpuWorker.Consumers;

/// <summary>
/// Runs what is open of a slice: claims as the backend has room, runs, and returns when every job it claimed is committed.
/// An exclusive slice runs with nothing else in flight.
/// </summary>
internal sealed class SliceRunner(
    SliceClaimer claimer, FeederBudget budget, JobRunner runner, HeldJobs held, LeaseKeeper leases, IHostApplicationLifetime lifetime, ILogger<SliceRunner> logger)
{
    private const int ClaimedAtOnce = 64;

    private readonly AsyncReaderWriterLock _exclusive = new();
    // One slice claims at a time: the jobs of a slice go into the backend side by side, as they were put together.
    private readonly AsyncLock _turn = new();

    /// <summary>Runs a slice. To do it again after any failure is safe: what was claimed is not claimed again.</summary>
    public async Task RunAsync(RunSlice slice)
    {
        CancellationToken stopping = lifetime.ApplicationStopping;
        List<Task> jobs = [];
        bool stopped = false;
        try
        {
            using IDisposable alone = slice.Exclusive ? await _exclusive.WriterLockAsync(stopping) : await _exclusive.ReaderLockAsync(stopping);
            try
            {
                await ClaimAllAsync(slice.SliceId, jobs, stopping);
            }
            finally
            {
                // Whatever happened: the slice is not over before its jobs are.
                await Task.WhenAll(jobs);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            stopped = true;
        }

        await claimer.LeaveAsync(slice.SliceId, CancellationToken.None);
        LogMessages.SliceDone(logger, slice.SliceId, jobs.Count, stopped);
    }

    private async Task ClaimAllAsync(long sliceId, List<Task> jobs, CancellationToken stopping)
    {
        using IDisposable turn = await _turn.LockAsync(stopping);
        while (true)
        {
            int room = await budget.TakeAsync(ClaimedAtOnce, stopping);
            Lease lease = leases.Current;
            ClaimedJobs claimed = new([], HasMore: false);
            try
            {
                stopping.ThrowIfCancellationRequested();
                claimed = await claimer.ClaimAsync(sliceId, lease.Id, room, CancellationToken.None);
            }
            finally
            {
                budget.Return(room - claimed.Jobs.Count);
            }

            foreach (ClaimedJob job in claimed.Jobs)
            {
                jobs.Add(RunAsync(held.Add(job)));
            }

            if (claimed.Jobs.Count == 0 && !await claimer.HoldsLeaseAsync(lease.Id, stopping))
            {
                await leases.BeatAsync(stopping);
            }
            else if (!claimed.HasMore)
            {
                return;
            }
        }
    }

    private async Task RunAsync(HeldJob job)
    {
        // Tokenizing a long prompt takes a while: the next claim need not wait for it.
        await Task.Yield();
        try
        {
            await runner.RunAsync(job);
        }
        finally
        {
            budget.Return(1);
        }
    }
}
