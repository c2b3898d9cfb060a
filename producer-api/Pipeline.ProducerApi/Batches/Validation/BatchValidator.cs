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
    /// <summary>Those whose input is there: that of documents is written when they have been read.</summary>
    private const string WaitingSql =
        """
        SELECT b.id FROM batches b
        WHERE b.status = $1 AND NOT EXISTS (SELECT 1 FROM document_sets d WHERE d.batch_id = b.id AND d.read_at IS NULL)
        ORDER BY b.created_at
        """;

    protected override Task WorkAsync(CancellationToken cancellationToken) =>
        ForEachAsync(WaitingSql, [BatchStatus.Validating.ToName()], validation.ValidateAsync, LogMessages.ValidationBrokeOff, cancellationToken);
}
