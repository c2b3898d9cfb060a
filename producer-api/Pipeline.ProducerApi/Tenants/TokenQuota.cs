using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Tenants;

/// <summary>
/// How many prompt tokens a tenant's open batches may have for a model, as OpenAI limits a model's batch queue. Asked when a batch's
/// tokens are known, in the transaction that starts it; who asks for the same tenant and model waits for that transaction, so
/// that no two fill the same room.
/// </summary>
internal sealed class TokenQuota(IOptions<ApiOptions> options)
{
    public const string ErrorCode = "token_limit_exceeded";

    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended('quota ' || $1::text || ' ' || $2, 0))";

    private const string RoomSql =
        """
        SELECT coalesce(q.enqueued_tokens, t.enqueued_tokens, $3),
            (SELECT coalesce(sum(b.counted_prompt_tokens), 0)::bigint FROM batches b WHERE b.tenant_id = $1 AND b.model = $2 AND b.status = ANY($4))
        FROM tenants t LEFT JOIN tenant_quotas q ON q.tenant_id = t.id AND q.model = $2 WHERE t.id = $1
        """;

    // What is being finalized has no job left that could run.
    private static readonly string[] Open = [BatchStatus.InProgress.ToName(), BatchStatus.Cancelling.ToName()];

    /// <summary>Whether a batch that is not open may start, or go on after it has ended.</summary>
    /// <param name="connection">In the transaction that lets it.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="model">Its model.</param>
    /// <param name="tokens">Its prompt tokens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why not, in OpenAI's words; <see langword="null"/> if it may.</returns>
    public async Task<string?> RefusalAsync(NpgsqlConnection connection, Batch batch, string model, long tokens, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch commands = new(connection)
        {
            BatchCommands =
            {
                new(LockSql) { Parameters = { new() { Value = batch.TenantId }, new() { Value = model } } },
                new(RoomSql)
                {
                    Parameters = { new() { Value = batch.TenantId }, new() { Value = model }, new() { Value = options.Value.EnqueuedTokens }, new() { Value = Open } },
                },
            },
        };
        await using NpgsqlDataReader reader = await commands.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new InvalidOperationException($"There is no tenant {batch.TenantId}.");
        }

        long limit = reader.GetInt64(0);
        return limit == 0 || reader.GetInt64(1) + tokens <= limit ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"Enqueued token limit reached for {model} in organization {TenantObject.IdOf(batch.TenantId)}. Limit: {limit:N0} enqueued tokens. Please try again once some in_progress batches have been completed.");
    }
}
