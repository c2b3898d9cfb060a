using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Documents.Reading;

/// <summary>Reads document sets as they are submitted, oldest first; and after a restart, those that were left.</summary>
/// <remarks>Registered twice, so that a small set does not wait for a large one.</remarks>
internal sealed class DocumentSetReader(NpgsqlDataSource dataSource, DocumentSetReading reading, TimeProvider time, ILogger<DocumentSetReader> logger)
    : PollingService(dataSource, NotificationChannels.Documents, TimeSpan.FromSeconds(1), time, logger)
{
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        foreach (string batchId in await WaitingAsync(cancellationToken))
        {
            try
            {
                await reading.ReadAsync(batchId, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others must not wait for this one.
                LogMessages.ReadingBrokeOff(Logger, batchId, e);
            }
        }
    }

    private async Task<List<string>> WaitingAsync(CancellationToken cancellationToken)
    {
        List<string> ids = [];
        await using NpgsqlCommand command = DataSource.CreateCommand(
            "SELECT d.batch_id FROM document_sets d JOIN batches b ON b.id = d.batch_id WHERE d.read_at IS NULL AND b.status = $1 ORDER BY d.created_at");
        command.Parameters.Add(new() { Value = BatchStatus.Validating.ToName() });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }
}
