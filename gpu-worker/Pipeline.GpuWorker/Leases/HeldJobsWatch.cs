using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.GpuWorker.Results;
using Pipeline.GpuWorker.Telemetry;

namespace Pipeline.GpuWorker.Leases;

/// <summary>
/// Holds what this process runs against what the database says it runs. A job that is no longer its own, or whose batch is
/// being cancelled, is given up. A job that the database gives to this worker and nobody here knows of (the reply to its
/// claim was lost) is handed back.
/// </summary>
internal sealed class HeldJobsWatch(
    NpgsqlDataSource dataSource, HeldJobs held, LeaseKeeper lease, AttemptReports reports, ResultWriter writer, IOptions<WorkerOptions> options,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<HeldJobsWatch> logger)
    : BackgroundService
{
    private HashSet<(long, short)> _suspects = [];

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyCollection<HeldJob> before = held.All;
        string workerId = lease.Current.Id;
        List<(ClaimedJob Job, bool Cancelling)> rows = await ReadAsync(workerId, cancellationToken);
        Dictionary<(long, short), bool> ours = rows.ToDictionary(row => (row.Job.Id, row.Job.Attempt), row => row.Cancelling);
        int dropped = 0;
        foreach (HeldJob job in before.Where(job => job.Job.WorkerId == workerId))
        {
            if ((!ours.TryGetValue((job.Job.Id, job.Job.Attempt), out bool cancelling) || cancelling) && held.Contains(job.Job.Id, job.Job.Attempt))
            {
                job.Drop(AttemptOutcome.Cancelled);
                dropped++;
            }
        }

        if (dropped > 0)
        {
            LogMessages.JobsDropped(logger, dropped);
        }

        await HandBackUnknownAsync([.. rows.Select(row => row.Job).Where(job => !held.Contains(job.Id, job.Attempt))], cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A cancellation is told of at once, and found out about at the next look if it is not heard.
        await using NotificationListener listener = new(dataSource, NotificationChannels.Batches, time, logger);
        while (!stoppingToken.IsCancellationRequested)
        {
            await listener.WaitAsync(TimeSpan.FromSeconds(options.Value.WatchSeconds), stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogMessages.WatchFailed(logger, e);
            }
        }
    }

    // Seen once, it may be a claim that is just being made or a commit that has just been made. Seen twice, it is lost.
    // Not while stopping: a device that failed leaves jobs behind that nobody runs any more, and that attempt counts.
    private async Task HandBackUnknownAsync(List<ClaimedJob> unknown, CancellationToken cancellationToken)
    {
        List<ClaimedJob> lost = [.. unknown.Where(job => _suspects.Contains((job.Id, job.Attempt)))];
        _suspects = [.. unknown.Select(job => (job.Id, job.Attempt))];
        if (lost.Count > 0 && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            LogMessages.UnknownJobsHandedBack(logger, lost.Count);
            await Task.WhenAll(lost.Select(job => writer.WriteAsync(reports.NeverRun(job)))).WaitAsync(cancellationToken);
        }
    }

    private async Task<List<(ClaimedJob Job, bool Cancelling)>> ReadAsync(string workerId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            SELECT j.id, j.attempts, j.tenant_id, j.batch_id, j.slice_id, COALESCE(b.status = $2, false)
            FROM jobs j LEFT JOIN batches b ON b.id = j.batch_id
            WHERE j.slice_id = ANY(ARRAY(SELECT slice_id FROM slice_claims WHERE worker_id = $1)) AND j.worker_id = $1 AND j.state = $3
            """);
        command.Parameters.Add(new() { Value = workerId });
        command.Parameters.Add(new() { Value = BatchStatus.Cancelling.ToName() });
        command.Parameters.Add(new() { Value = (short)JobState.Running });
        List<(ClaimedJob, bool)> rows = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((new ClaimedJob(
                reader.GetInt64(0), reader.GetInt16(1), workerId, reader.GetGuid(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt64(4), "", ""), reader.GetBoolean(5)));
        }

        return rows;
    }
}
