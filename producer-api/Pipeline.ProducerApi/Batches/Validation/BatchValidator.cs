using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>Validates batches as they are created, oldest first; and after a restart, those that were left.</summary>
/// <remarks>Registered twice, so that a small batch does not wait for a large one.</remarks>
internal sealed class BatchValidator(NpgsqlDataSource dataSource, BatchValidation validation, TimeProvider time, ILogger<BatchValidator> logger)
    : PollingService(dataSource, NotificationChannels.Validation, TimeSpan.FromSeconds(1), time, logger)
{
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        foreach (string batchId in await WaitingAsync(cancellationToken))
        {
            try
            {
                await validation.ValidateAsync(batchId, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others must not wait for this one.
                LogMessages.ValidationBrokeOff(Logger, batchId, e);
            }
        }
    }

    /// <summary>Those whose input is there: that of documents is written when they have been read.</summary>
    private async Task<List<string>> WaitingAsync(CancellationToken cancellationToken)
    {
        List<string> ids = [];
        await using NpgsqlCommand command = DataSource.CreateCommand(
            """
            SELECT b.id FROM batches b
            WHERE b.status = $1 AND NOT EXISTS (SELECT 1 FROM document_sets d WHERE d.batch_id = b.id AND d.read_at IS NULL)
            ORDER BY b.created_at
            """);
        command.Parameters.Add(new() { Value = BatchStatus.Validating.ToName() });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }
}
