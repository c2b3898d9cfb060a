using Microsoft.Extensions.Options;
using Pipeline.Data.Entities;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Leases;
using Pipeline.Tokenization.Requests;
using Pipeline.GpuWorker.Results;
using Pipeline.GpuWorker.Telemetry;

namespace Pipeline.GpuWorker.Consumers;

/// <summary>Runs one claimed job and commits how it ended.</summary>
internal sealed class JobRunner(
    IBackend backend, LeaseKeeper leases, AttemptReports reports, ResultWriter writer, WorkerMetrics metrics,
    IOptions<WorkerOptions> options, IHostApplicationLifetime lifetime, ILogger<JobRunner> logger)
{
    /// <summary>Runs the job, and ends after its commit, with which it is held no more.</summary>
    /// <exception cref="BackendFailedException">The backend failed. The job stays claimed: to whom it counts is the scheduler's to say.</exception>
    /// <exception cref="CommitFailedException">What it came to could not be committed; the job stays claimed.</exception>
    public async Task RunAsync(HeldJob job)
    {
        // A claim that raced with the end of its lease is handed back, and fenced if it was taken back already.
        CancellationToken leaseEnded = leases.Current is { } lease && lease.Id == job.Job.WorkerId ? lease.Ended : new CancellationToken(canceled: true);
        using CancellationTokenRegistration onLeaseEnd = leaseEnded.Register(() => job.Drop(AttemptOutcome.Released));
        using CancellationTokenRegistration onStop = lifetime.ApplicationStopping.Register(() => job.Drop(AttemptOutcome.Released));
        BackendJob work = new($"{job.Job.Id}-{job.Job.Attempt}", job.Job.TenantId, options.Value.ModelName, job.Job.Url, job.Job.Body);
        BackendAnswer answer = await AnswerAsync(work, job.Dropped);
        metrics.Answered(answer);
        await writer.WriteAsync(reports.Of(job, answer));
    }

    // What goes wrong with one job is that job's answer. It must not be left claimed by a worker that lives.
    private async Task<BackendAnswer> AnswerAsync(BackendJob work, CancellationToken dropped)
    {
        try
        {
            BackendAnswer answer = await backend.RunAsync(work, dropped);

            // The failure of a device also stops the worker, which drops its jobs: whichever a job hears of first, the device failed.
            return answer.IsDropped && backend.Completion is { IsFaulted: true, Exception: { InnerException: { } cause } }
                ? throw new BackendFailedException("The backend failed.", cause)
                : answer;
        }
        catch (Exception e) when (e is not BackendFailedException)
        {
            LogMessages.JobFailed(logger, work.Id, e);
            return new BackendAnswer(500, RequestErrorException.Server("The request failed inside the worker.").ToBody(), default, default);
        }
    }
}
