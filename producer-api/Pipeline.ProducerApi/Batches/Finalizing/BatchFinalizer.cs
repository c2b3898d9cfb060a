using Npgsql;
using Pipeline.Data.Budgets;
using Pipeline.Data.Duties;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Batches.Finalizing;

/// <summary>Brings batches to their end: takes the waiting jobs out of cancelled ones and those that no cap has room for, writes the files of finished ones.</summary>
internal sealed class BatchFinalizer(NpgsqlDataSource dataSource, BatchFinalization finalization, TimeProvider time, ILogger<BatchFinalizer> logger)
    : PollingService(dataSource, NotificationChannels.Batches, TimeSpan.FromSeconds(2), time, logger)
{
    private const string EndingSql =
        """
        SELECT id FROM batches WHERE status = $1 OR (status = $2 AND remaining = 0)
        ORDER BY coalesce(finalizing_at, cancelling_at)
        """;

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (await OpenJobsEnding.CancelAsync(DataSource, cancellationToken) is int jobs and > 0)
        {
            LogMessages.JobsCancelled(Logger, jobs);
        }

        if (await BudgetEnding.RunAsync(DataSource, cancellationToken) is int left and > 0)
        {
            LogMessages.JobsOverBudget(Logger, left);
        }

        await ForEachAsync(
            EndingSql, [BatchStatus.Finalizing.ToName(), BatchStatus.Cancelling.ToName()], finalization.FinalizeAsync, LogMessages.FinalizingBrokeOff, cancellationToken);
    }
}
