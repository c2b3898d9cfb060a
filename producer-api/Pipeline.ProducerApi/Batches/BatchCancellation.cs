using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Batches;

/// <summary>Cancels a batch of a tenant: <see cref="BatchCancelling"/>.</summary>
internal sealed class BatchCancellation(NpgsqlDataSource dataSource)
{
    public async Task<Batch> CancelAsync(PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        await BatchCancelling.CancelAsync(dataSource, caller.TenantId, id, cancellationToken);
        Batch batch = await context.GetBatchAsync(caller, id, cancellationToken);
        return batch.Status is BatchStatus.Cancelling or BatchStatus.Cancelled
            ? batch
            : throw new RequestException(409, $"Cannot cancel a batch with status '{batch.Status.ToName()}'.") { ForbidRetry = true };
    }
}
