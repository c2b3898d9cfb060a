using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Batches;

/// <summary>
/// Asks for a batch's end. The status is all that changes here: the finalizer takes the waiting jobs out, the workers
/// let go of the running ones, and when none is left the finalizer writes the files.
/// </summary>
internal sealed class BatchCancellation(NpgsqlDataSource dataSource, TimeProvider time)
{
    public async Task<Batch> CancelAsync(PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            WITH changed AS (
                UPDATE batches SET status = $3, cancelling_at = $4
                WHERE id = $1 AND tenant_id = $2 AND status = ANY($5) RETURNING id)
            SELECT pg_notify($6, id), pg_notify($7, id) FROM changed
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = caller.TenantId });
        command.Parameters.Add(new() { Value = BatchStatus.Cancelling.ToName() });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        command.Parameters.Add(new() { Value = Transitions.SourcesOf(BatchStatus.Cancelling) });
        command.Parameters.Add(new() { Value = NotificationChannels.Batches });
        command.Parameters.Add(new() { Value = NotificationChannels.Progress });
        await command.ExecuteNonQueryAsync(cancellationToken);

        Batch batch = await context.GetBatchAsync(caller, id, cancellationToken);
        return batch.Status is BatchStatus.Cancelling or BatchStatus.Cancelled
            ? batch
            : throw new RequestException(409, $"Cannot cancel a batch with status '{batch.Status.ToName()}'.") { ForbidRetry = true };
    }
}
