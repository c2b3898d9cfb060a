using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Notifications;
using Pipeline.Data.Schedules;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Documents;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Schedules.Running;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>Makes and changes a tenant's schedules; creates once per <c>Idempotency-Key</c>.</summary>
internal sealed class ScheduleStore(IDbContextFactory<PipelineDbContext> contexts, FirstAnswers answers, RunInputs inputs, DocumentForm form, TimeProvider time)
{
    public const string Scope = "schedules", RunScope = "schedule_runs";

    private const int MostSchedules = 100;
    private const int DefaultLimit = 10;

    public Task<ScheduleObject> CreateAsync(Caller caller, JsonElement body, IdempotentRequest? key, CancellationToken cancellationToken) => OnceAsync(
        caller,
        key,
        async context =>
        {
            foreach (string required in (string[])["name", "cron"])
            {
                _ = body.Find(required) ?? throw RequestException.MissingParameter(required);
            }

            if (!ScheduleFields.HasInput(body))
            {
                throw RequestException.MissingParameter(ScheduleFields.Batch);
            }

            DateTimeOffset now = time.GetUtcNow();
            Schedule schedule = new()
            {
                Id = PublicIds.Schedule(),
                TenantId = caller.TenantId,
                Name = "",
                Cron = "",
                TimeZone = "UTC",
                MissedRuns = MissedRuns.RunOnce,
                MissedRunsLimit = DefaultLimit,
                CreatedAt = now,
            };
            ScheduleFields.Apply(body, schedule, form, now);
            await inputs.Of(schedule).CheckAsync(context, schedule, cancellationToken);
            if (await context.Schedules.CountAsync(s => s.TenantId == caller.TenantId, cancellationToken) >= MostSchedules)
            {
                throw RequestException.Invalid($"There are {MostSchedules} schedules already, which is the most that a tenant may have.", code: "too_many_schedules");
            }

            context.Schedules.Add(schedule);
            await context.SaveChangesAsync(cancellationToken);
            return ScheduleObject.Of(schedule);
        },
        cancellationToken);

    /// <summary>Changes what the body names. Runs that wait already run as the schedule is when their turn comes.</summary>
    public Task<ScheduleObject> UpdateAsync(Caller caller, string id, JsonElement body, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        async (context, schedule) =>
        {
            ScheduleFields.Apply(body, schedule, form, time.GetUtcNow());
            if (ScheduleFields.HasInput(body))
            {
                await inputs.Of(schedule).CheckAsync(context, schedule, cancellationToken);
            }
        },
        cancellationToken);

    /// <summary>Stops the clock. What waits already runs, and runs can be asked for.</summary>
    public Task<ScheduleObject> PauseAsync(Caller caller, string id, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        (_, schedule) =>
        {
            (schedule.PausedAt, schedule.PausedReason) = (schedule.PausedAt ?? time.GetUtcNow(), null);
            return Task.CompletedTask;
        },
        cancellationToken);

    /// <summary>Lets the clock go on from now: what came due in the pause was not missed.</summary>
    public Task<ScheduleObject> ResumeAsync(Caller caller, string id, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        (_, schedule) =>
        {
            if (schedule.PausedAt is not null)
            {
                schedule.NextRunAt = Recurrence.TryParse(schedule.Cron, schedule.TimeZone, out Recurrence? recurrence, out string? complaint)
                    ? recurrence.After(time.GetUtcNow())
                    : throw RequestException.Invalid(complaint, "cron", "invalid_value");
                (schedule.PausedAt, schedule.PausedReason) = (null, null);
            }

            return Task.CompletedTask;
        },
        cancellationToken);

    /// <summary>Deletes a schedule with the record of its runs. Batches that they made go on.</summary>
    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.Schedules.Where(s => s.Id == id && s.TenantId == caller.TenantId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            throw RequestException.NoSuchSchedule(id);
        }
    }

    /// <summary>Asks for a run beside those of the clock. The rule for overlaps holds for it too, only that it is told at once.</summary>
    public Task<ScheduleRunObject> RunAsync(Caller caller, string id, IdempotentRequest? key, CancellationToken cancellationToken) => OnceAsync(
        caller,
        key,
        async context =>
        {
            Schedule schedule = await context.GetScheduleAsync(caller, id, cancellationToken);
            if (schedule.Overlap == Overlap.Skip && await context.OpenRunAsync(id, cancellationToken) is { } open)
            {
                throw new RequestException(409, $"Batch {open.BatchId} of run {open.Id} has not ended, and the schedule's runs do not overlap.", code: RunCodes.Overlap) { ForbidRetry = true };
            }

            if (await context.ScheduleRuns.CountAsync(r => r.ScheduleId == id && r.State == ScheduleRunState.Waiting, cancellationToken) >= ScheduleClock.MostWaiting)
            {
                throw new RequestException(409, $"{ScheduleClock.MostWaiting} runs of the schedule are waiting, which is the most that may.", code: RunCodes.QueueFull) { ForbidRetry = true };
            }

            DateTimeOffset now = time.GetUtcNow();
            ScheduleRun run = new()
            {
                Id = PublicIds.ScheduleRun(), ScheduleId = id, TenantId = caller.TenantId, ScheduledAt = now, Manual = true, CreatedAt = now,
            };
            context.ScheduleRuns.Add(run);
            await context.SaveChangesAsync(cancellationToken);
            await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Schedules}, '')", cancellationToken);
            return ScheduleRunObject.Of(run, batch: null);
        },
        cancellationToken);

    private async Task<T> OnceAsync<T>(Caller caller, IdempotentRequest? key, Func<PipelineDbContext, Task<T>> make, CancellationToken cancellationToken)
        where T : class
    {
        if (await answers.FindAsync<T>(caller, key, cancellationToken) is { } first)
        {
            return first;
        }

        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        T answer = await make(context);
        if (!await answers.KeepAsync((NpgsqlConnection)context.Database.GetDbConnection(), caller, key, answer, cancellationToken))
        {
            // The same request, at the same time, was faster.
            await transaction.RollbackAsync(cancellationToken);
            return (await answers.FindAsync<T>(caller, key, cancellationToken))!;
        }

        await transaction.CommitAsync(cancellationToken);
        return answer;
    }

    private async Task<ScheduleObject> ChangeAsync(Caller caller, string id, Func<PipelineDbContext, Schedule, Task> change, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        Schedule schedule = await context.GetScheduleAsync(caller, id, cancellationToken);
        await change(context, schedule);
        await context.SaveChangesAsync(cancellationToken);
        return ScheduleObject.Of(schedule);
    }
}
