using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Schedules;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Schedules.Folders;

namespace Pipeline.ProducerApi.Schedules.Running;

/// <summary>
/// Makes the batch of one run: its input file, the batch and the run's end are one transaction under the lock of the run's row,
/// so that a process that dies on the way leaves the run as it was, and two never make it both.
/// </summary>
internal sealed class RunStart(
    IDbContextFactory<PipelineDbContext> contexts, RunInputs inputs, TimeProvider time, ILogger<RunStart> logger)
{
    private const string BeforeBatch = "before_batch";

    /// <summary>Starts the run, unless another process is at it, it no longer waits, or it is not its turn.</summary>
    public async Task StartAsync(string runId, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        List<ScheduleRun> locked = await context.ScheduleRuns
            .FromSql($"SELECT * FROM schedule_runs WHERE id = {runId} AND state = 0 FOR UPDATE SKIP LOCKED")
            .ToListAsync(cancellationToken);
        if (locked is not [ScheduleRun run] || !await IsAloneAsync(context, run, cancellationToken))
        {
            return;
        }

        Schedule schedule = await context.Schedules.AsNoTracking().SingleAsync(s => s.Id == run.ScheduleId, cancellationToken);
        if (await context.Tenants.AnyAsync(t => t.Id == schedule.TenantId && t.SuspendedAt != null, cancellationToken))
        {
            End(run, ScheduleRunState.Skipped, RunCodes.Suspended, "The tenant is suspended.");
        }
        else if (schedule.Overlap != Overlap.Allow)
        {
            if (await HasEarlierAsync(context, run, cancellationToken))
            {
                return;
            }

            if (await context.OpenRunAsync(schedule.Id, cancellationToken) is { } open)
            {
                if (schedule.Overlap == Overlap.Queue)
                {
                    return;
                }

                End(run, ScheduleRunState.Skipped, RunCodes.Overlap, $"Batch {open.BatchId} of run {open.Id} had not ended.");
            }
        }

        if (run.State == ScheduleRunState.Waiting && !await TryMakeBatchAsync(context, transaction, schedule, run, cancellationToken))
        {
            return;
        }

        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogMessages.RunEnded(logger, run.Id, schedule.Id, run.State, run.BatchId ?? run.Message);
    }

    /// <summary>Holds the schedule until the transaction ends: whether runs overlap can be told by one at a time.</summary>
    private static Task<bool> IsAloneAsync(PipelineDbContext context, ScheduleRun run, CancellationToken cancellationToken) =>
        context.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(hashtextextended({run.ScheduleId}, 0)) AS \"Value\"").SingleAsync(cancellationToken);

    private static Task<bool> HasEarlierAsync(PipelineDbContext context, ScheduleRun run, CancellationToken cancellationToken) =>
        context.ScheduleRuns.AnyAsync(
            r => r.ScheduleId == run.ScheduleId && r.State == ScheduleRunState.Waiting
                && EF.Functions.LessThan(ValueTuple.Create(r.ScheduledAt, r.Id), ValueTuple.Create(run.ScheduledAt, run.Id)),
            cancellationToken);

    /// <returns>Whether the run has ended; if not, it is to be tried again.</returns>
    private async Task<bool> TryMakeBatchAsync(
        PipelineDbContext context, IDbContextTransaction transaction, Schedule schedule, ScheduleRun run, CancellationToken cancellationToken)
    {
        await transaction.CreateSavepointAsync(BeforeBatch, cancellationToken);
        try
        {
            MadeBatch? made = await inputs.Of(schedule).MakeAsync(context, schedule, run, cancellationToken);
            if (made is null)
            {
                End(run, ScheduleRunState.Skipped, RunCodes.NothingNew, "There was nothing new.");
            }
            else
            {
                (run.BatchId, run.Documents) = (made.Id, made.Documents);
                End(run, ScheduleRunState.Started, made.Left is null ? null : RunCodes.LeftOver, made.Left);
            }
        }
        catch (FileChangedException e)
        {
            LogMessages.RunPutOff(logger, run.Id, e.Message);
            return false;
        }
        catch (RequestException e)
        {
            await transaction.RollbackToSavepointAsync(BeforeBatch, cancellationToken);
            // What was to be added is not to be tried again with the run's end.
            context.ChangeTracker.Entries().Where(entry => entry.State == EntityState.Added).ToList().ForEach(entry => entry.State = EntityState.Detached);
            End(run, ScheduleRunState.Failed, e.Reply.Error.Code ?? "invalid_request", e.Message);
        }

        return true;
    }

    private void End(ScheduleRun run, ScheduleRunState state, string? code = null, string? message = null)
    {
        ScheduleRunState changed = run.State;
        Transitions.Change(ref changed, state);
        (run.State, run.Code, run.Message, run.EndedAt) = (changed, code, message, time.GetUtcNow());
    }
}
