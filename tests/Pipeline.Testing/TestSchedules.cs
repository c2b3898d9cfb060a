using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Schedules;
using Pipeline.Data.States;

namespace Pipeline.Testing;

/// <summary>Schedules as the API writes them, and what the clock made of them.</summary>
public static class TestSchedules
{
    /// <summary>Adds a schedule of a tenant of its own whose clock begins at a time.</summary>
    /// <param name="database">Where to.</param>
    /// <param name="cron">When it is due.</param>
    /// <param name="from">Its first run is the first after this.</param>
    /// <param name="change">What is to be otherwise.</param>
    /// <returns>Its id.</returns>
    public static async Task<string> AddScheduleAsync(this TestDatabase database, string cron, DateTimeOffset from, Action<Schedule>? change = null)
    {
        Tenant tenant = new() { Id = Guid.NewGuid(), Name = Guid.NewGuid().ToString(), CreatedAt = from };
        Schedule schedule = new()
        {
            Id = PublicIds.Schedule(),
            TenantId = tenant.Id,
            Name = "nightly",
            Cron = cron,
            TimeZone = "UTC",
            MissedRuns = MissedRuns.RunOnce,
            MissedRunsLimit = 3,
            Batch = "{}",
            CreatedAt = from,
        };
        change?.Invoke(schedule);
        schedule.NextRunAt = Recurrence.TryParse(schedule.Cron, schedule.TimeZone, out Recurrence? recurrence, out _) ? recurrence.After(from) : from;
        await using PipelineDbContext context = database.CreateContext();
        context.AddRange(tenant, schedule);
        await context.SaveChangesAsync();
        return schedule.Id;
    }

    /// <summary>The schedule as it is now.</summary>
    public static async Task<Schedule> ScheduleAsync(this TestDatabase database, string id)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.Schedules.AsNoTracking().SingleAsync(schedule => schedule.Id == id);
    }

    /// <summary>Its runs, earliest first.</summary>
    public static async Task<List<ScheduleRun>> RunsAsync(this TestDatabase database, string scheduleId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.ScheduleRuns.AsNoTracking().Where(run => run.ScheduleId == scheduleId).OrderBy(run => run.ScheduledAt).ToListAsync();
    }
}
