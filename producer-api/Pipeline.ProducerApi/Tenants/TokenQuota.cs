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
        SELECT m.model, coalesce(q.enqueued_tokens, t.enqueued_tokens, $3),
            (SELECT coalesce(sum(b.counted_prompt_tokens), 0)::bigint FROM batches b WHERE b.tenant_id = $1 AND b.model = m.model AND b.status = ANY($4))
        FROM unnest($2) AS m(model) JOIN tenants t ON t.id = $1 LEFT JOIN tenant_quotas q ON q.tenant_id = $1 AND q.model = m.model
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
        await using NpgsqlCommand turn = new(LockSql, connection) { Parameters = { new() { Value = batch.TenantId }, new() { Value = model } } };
        await turn.ExecuteNonQueryAsync(cancellationToken);
        await using NpgsqlCommand command = new(RoomSql, connection);
        (long limit, long enqueued) = (await ReadAsync(command, batch.TenantId, [model], cancellationToken))[model];
        return limit == 0 || enqueued + tokens <= limit ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"Enqueued token limit reached for {model} in organization {TenantObject.IdOf(batch.TenantId)}. Limit: {limit:N0} enqueued tokens. Please try again once some in_progress batches have been completed.");
    }

    /// <summary>A tenant's limits, 0 for none, and the tokens that it has enqueued, by model.</summary>
    public async Task<IReadOnlyDictionary<string, (long Limit, long Enqueued)>> ReadAsync(
        NpgsqlDataSource dataSource, Guid tenantId, string[] models, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(RoomSql);
        return await ReadAsync(command, tenantId, models, cancellationToken);
    }

    private async Task<Dictionary<string, (long Limit, long Enqueued)>> ReadAsync(NpgsqlCommand command, Guid tenantId, string[] models, CancellationToken cancellationToken)
    {
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = models });
        command.Parameters.Add(new() { Value = options.Value.EnqueuedTokens });
        command.Parameters.Add(new() { Value = Open });
        Dictionary<string, (long, long)> rooms = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rooms.Add(reader.GetString(0), (reader.GetInt64(1), reader.GetInt64(2)));
        }

        return rooms;
    }
}
