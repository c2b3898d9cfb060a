using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;

namespace Pipeline.Data.Schedules;

/// <summary>
/// Records the runs that are due. A schedule's row says which time comes next; it moves on in the transaction that records the
/// runs, so that whoever is killed, or has a clock that jumps, records none twice and loses none. Safe to run twice at once.
/// </summary>
public static class ScheduleClock
{
    /// <summary>Runs of one schedule that may wait; more are left out, with <see cref="RunCodes.QueueFull"/>.</summary>
    public const int MostWaiting = 100;

    private const int SchedulesPerTransaction = 50;

    /// <summary>Records what is due.</summary>
    /// <param name="contexts">The database.</param>
    /// <param name="now">The present.</param>
    /// <param name="grace">How late a run may be before it counts as missed.</param>
    /// <param name="cancellationToken">Gives up; what is not committed is undone.</param>
    /// <returns>How many runs wait now that did not before.</returns>
    public static async Task<int> RecordDueAsync(
        IDbContextFactory<PipelineDbContext> contexts, DateTimeOffset now, TimeSpan grace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        int recorded = 0;
        int schedules;
        do
        {
            await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
            await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            List<Schedule> due = await context.Schedules
                .FromSql(
                    $"""
                    SELECT * FROM schedules WHERE paused_at IS NULL AND next_run_at <= {now}
                    ORDER BY next_run_at LIMIT {SchedulesPerTransaction} FOR NO KEY UPDATE SKIP LOCKED
                    """)
                .ToListAsync(cancellationToken);
            int waiting = 0;
            foreach (Schedule schedule in due)
            {
                waiting += await RecordDueAsync(context, schedule, now, grace, cancellationToken);
            }

            await context.SaveChangesAsync(cancellationToken);
            if (waiting > 0)
            {
                await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Schedules}, '')", cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            recorded += waiting;
            schedules = due.Count;
        }
        while (schedules == SchedulesPerTransaction);
        return recorded;
    }

    private static async Task<int> RecordDueAsync(
        PipelineDbContext context, Schedule schedule, DateTimeOffset now, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (!Recurrence.TryParse(schedule.Cron, schedule.TimeZone, out Recurrence? recurrence, out string? complaint))
        {
            (schedule.PausedAt, schedule.PausedReason) = (now, complaint);
            return 0;
        }

        DueRuns due = DueRuns.Of(recurrence, schedule.NextRunAt!.Value, now, grace, schedule.MissedRuns, schedule.MissedRunsLimit);
        schedule.NextRunAt = due.Next;
        if (due.LastMissed is { } last)
        {
            string message = string.Create(CultureInfo.InvariantCulture, $"Due while no scheduler ran, the last of {due.Missed} left out.");
            await RecordAsync(context, schedule, last, ScheduleRunState.Skipped, RunCodes.Missed, message, now, cancellationToken);
        }

        int waiting = await context.ScheduleRuns.CountAsync(r => r.ScheduleId == schedule.Id && r.State == ScheduleRunState.Waiting, cancellationToken);
        int recorded = 0;
        foreach (DateTimeOffset time in due.Runs)
        {
            bool full = waiting + recorded >= MostWaiting;
            int added = full
                ? await RecordAsync(
                    context, schedule, time, ScheduleRunState.Skipped, RunCodes.QueueFull, $"{MostWaiting} runs were waiting, which is the most that may.", now, cancellationToken)
                : await RecordAsync(context, schedule, time, ScheduleRunState.Waiting, null, null, now, cancellationToken);
            recorded += full ? 0 : added;
        }

        return recorded;
    }

    private static Task<int> RecordAsync(
        PipelineDbContext context, Schedule schedule, DateTimeOffset time, ScheduleRunState state, string? code, string? message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset? endedAt = state == ScheduleRunState.Waiting ? null : now;
        return context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO schedule_runs (id, schedule_id, tenant_id, scheduled_at, manual, state, code, message, created_at, ended_at)
            VALUES ({PublicIds.ScheduleRun()}, {schedule.Id}, {schedule.TenantId}, {time}, false, {(short)state}, {code}, {message}, {now}, {endedAt})
            ON CONFLICT (schedule_id, scheduled_at) WHERE NOT manual DO NOTHING
            """,
            cancellationToken);
    }
}
