using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>Finds a tenant's schedules and their runs.</summary>
internal static class ScheduleQueries
{
    public static async Task<Schedule> GetScheduleAsync(this PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken) =>
        await context.Schedules.FirstOrDefaultAsync(s => s.Id == id && s.TenantId == caller.TenantId, cancellationToken)
        ?? throw RequestException.NoSuchSchedule(id);

    /// <summary>A page of schedules, newest first, and one row more if there is more.</summary>
    public static async Task<List<Schedule>> SchedulesAsync(
        this PipelineDbContext context, Caller caller, string? after, int limit, CancellationToken cancellationToken)
    {
        IQueryable<Schedule> schedules = context.Schedules.AsNoTracking().Where(s => s.TenantId == caller.TenantId);
        if (after is not null)
        {
            Schedule last = await context.GetScheduleAsync(caller, after, cancellationToken);
            schedules = schedules.Where(s => EF.Functions.LessThan(ValueTuple.Create(s.CreatedAt, s.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }

        return await schedules.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).Take(limit + 1).ToListAsync(cancellationToken);
    }

    public static async Task<ScheduleRunObject> GetRunAsync(this PipelineDbContext context, Caller caller, string scheduleId, string id, CancellationToken cancellationToken) =>
        await context.Shown(context.ScheduleRuns.Where(r => r.Id == id && r.ScheduleId == scheduleId && r.TenantId == caller.TenantId)).FirstOrDefaultAsync(cancellationToken)
            is { } row ? ScheduleRunObject.Of(row.Run, row.Batch) : throw RequestException.NoSuchRun(id);

    /// <summary>A page of a schedule's runs, newest first, and one row more if there is more.</summary>
    public static async Task<List<ScheduleRunObject>> RunsAsync(
        this PipelineDbContext context, Caller caller, string scheduleId, string? after, int limit, CancellationToken cancellationToken)
    {
        await context.GetScheduleAsync(caller, scheduleId, cancellationToken);
        IQueryable<ScheduleRun> runs = context.ScheduleRuns.Where(r => r.ScheduleId == scheduleId);
        if (after is not null)
        {
            ScheduleRun last = await runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == after, cancellationToken) ?? throw RequestException.NoSuchRun(after);
            runs = runs.Where(r => EF.Functions.LessThan(ValueTuple.Create(r.CreatedAt, r.ScheduledAt, r.Id), ValueTuple.Create(last.CreatedAt, last.ScheduledAt, last.Id)));
        }

        runs = runs.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.ScheduledAt).ThenByDescending(r => r.Id).Take(limit + 1);
        return [.. (await context.Shown(runs).ToListAsync(cancellationToken)).Select(row => ScheduleRunObject.Of(row.Run, row.Batch))];
    }

    /// <summary>The run of a schedule whose batch has not ended, or <see langword="null"/>; the latest, if there are several.</summary>
    public static Task<ScheduleRun?> OpenRunAsync(this PipelineDbContext context, string scheduleId, CancellationToken cancellationToken) =>
        context.ScheduleRuns.AsNoTracking()
            .Where(r => r.ScheduleId == scheduleId && r.State == ScheduleRunState.Started && context.Batches.Any(b => b.Id == r.BatchId
                && (b.Status == BatchStatus.Validating || b.Status == BatchStatus.InProgress || b.Status == BatchStatus.Finalizing || b.Status == BatchStatus.Cancelling)))
            .OrderByDescending(r => r.ScheduledAt)
            .FirstOrDefaultAsync(cancellationToken);

    private static IQueryable<ShownRun> Shown(this PipelineDbContext context, IQueryable<ScheduleRun> runs) =>
        runs.AsNoTracking().Select(r => new ShownRun(r, context.Batches.Where(b => b.Id == r.BatchId).Select(b => (BatchStatus?)b.Status).FirstOrDefault()));

    private sealed record ShownRun(ScheduleRun Run, BatchStatus? Batch);
}
