using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;

namespace Pipeline.Data.Documents;

/// <summary>A held job whose request is written now: it may run.</summary>
/// <param name="BatchId">Its batch.</param>
/// <param name="Number">The document that it answers for.</param>
/// <param name="JobId">The job.</param>
/// <param name="Body">The request as JSON text.</param>
/// <param name="Quote">The most that an attempt at it may cost; null where nothing caps it.</param>
public readonly record struct MergeRelease(string BatchId, int Number, long JobId, string Body, decimal? Quote)
{
    private const string Sql =
        """
        WITH made AS (
            INSERT INTO slices (tenant_id, batch_id, model, state, job_count, priority, deadline, exclusive, created_at, send_attempts)
            SELECT b.tenant_id, b.id, b.model, $4, cardinality($2), b.priority, b.expires_at, false, now(), 0 FROM batches b WHERE b.id = $1
            RETURNING id, model),
        bodies AS (
            UPDATE job_bodies b SET body = t.body FROM unnest($2, $3) AS t(job_id, body) WHERE b.job_id = t.job_id),
        released AS (
            UPDATE documents d SET waits_for_level = NULL WHERE d.batch_id = $1 AND d.number = ANY($6)),
        placed AS (
            UPDATE jobs j SET slice_id = m.id, quote = t.quote FROM made m CROSS JOIN unnest($2, $8) AS t(id, quote) WHERE j.id = t.id AND j.state = $5)
        SELECT pg_notify($7, model) FROM made
        """;

    /// <summary>Puts held jobs of one batch, which the caller has locked, into a slice.</summary>
    public static async Task CommitAsync(NpgsqlConnection connection, IReadOnlyList<MergeRelease> releases, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(releases);
        if (releases.Count == 0)
        {
            return;
        }

        await using NpgsqlCommand command = new(Sql, connection)
        {
            Parameters =
            {
                new() { Value = releases[0].BatchId },
                new() { Value = releases.Select(release => release.JobId).ToArray() },
                new() { Value = releases.Select(release => release.Body).ToArray() },
                new() { Value = (short)SliceState.Pending },
                new() { Value = (short)JobState.Queued },
                new() { Value = releases.Select(release => release.Number).ToArray() },
                new() { Value = NotificationChannels.Dispatch },
                new NpgsqlParameter<decimal?[]> { TypedValue = [.. releases.Select(release => release.Quote)] },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
