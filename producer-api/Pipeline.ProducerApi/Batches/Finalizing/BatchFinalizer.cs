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

        foreach (string id in await EndingAsync(cancellationToken))
        {
            try
            {
                await finalization.FinalizeAsync(id, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others must not wait for this one.
                LogMessages.FinalizingBrokeOff(Logger, id, e);
            }
        }
    }

    private async Task<List<string>> EndingAsync(CancellationToken cancellationToken)
    {
        List<string> ids = [];
        await using NpgsqlCommand command = DataSource.CreateCommand(
            """
            SELECT id FROM batches WHERE status = $1 OR (status = $2 AND remaining = 0)
            ORDER BY coalesce(finalizing_at, cancelling_at)
            """);
        command.Parameters.Add(new() { Value = BatchStatus.Finalizing.ToName() });
        command.Parameters.Add(new() { Value = BatchStatus.Cancelling.ToName() });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }
}
