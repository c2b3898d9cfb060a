using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.GpuWorker.Leases;

namespace Pipeline.GpuWorker.Tests.Leases;

public sealed class HeldJobTests
{
    [Fact]
    public void The_first_reason_to_drop_a_job_counts()
    {
        using HeldJob job = NewJob();
        job.Drop(AttemptOutcome.Cancelled);
        job.Drop(AttemptOutcome.Released);
        Assert.True(job.Dropped.IsCancellationRequested);
        Assert.Equal(AttemptOutcome.Cancelled, job.DropOutcome);
    }

    [Fact]
    public void A_job_that_has_ended_is_dropped_in_vain()
    {
        HeldJob job = NewJob();
        CancellationToken dropped = job.Dropped;
        job.Dispose();
        job.Drop(AttemptOutcome.Cancelled);
        Assert.False(dropped.IsCancellationRequested);
    }

    [Fact]
    public void A_job_that_was_dropped_may_end()
    {
        HeldJob job = NewJob();
        job.Drop(AttemptOutcome.Released);
        job.Dispose();
        job.Dispose();
        Assert.Equal(AttemptOutcome.Released, job.DropOutcome);
    }

    private static HeldJob NewJob() => new(new ClaimedJob(1, 1, "w", Guid.Empty, null, 1, "/v1/chat/completions", "{}"));
}
