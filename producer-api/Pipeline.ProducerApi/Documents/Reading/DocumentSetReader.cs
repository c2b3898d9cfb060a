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
    private const string WaitingSql =
        "SELECT d.batch_id FROM document_sets d JOIN batches b ON b.id = d.batch_id WHERE d.read_at IS NULL AND b.status = $1 ORDER BY d.created_at";

    protected override Task WorkAsync(CancellationToken cancellationToken) =>
        ForEachAsync(WaitingSql, [BatchStatus.Validating.ToName()], reading.ReadAsync, LogMessages.ReadingBrokeOff, cancellationToken);
}
