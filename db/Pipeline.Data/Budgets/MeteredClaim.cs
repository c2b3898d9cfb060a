using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.States;

namespace Pipeline.Data.Budgets;

/// <summary>
/// Claims jobs under a cap, of their batch or of their tenant's month: as many as surely fit. What a job may cost at most, its quote, is
/// held back while it runs, and is all that it can be billed with; so what is spent never exceeds a cap.
/// </summary>
/// <remarks>
/// What is reserved is not counted anywhere: it is the quotes of the jobs that run, so that it is right whatever becomes of them. One
/// claim at a time for a tenant; commits do not wait for it, for they turn a reservation into what was spent in one transaction.
/// </remarks>
internal static class MeteredClaim
{
    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended('budget ' || tenant_id, 0)) FROM slices WHERE id = $1";

    // What runs is in the slices that workers have claimed of, a window's worth of them.
    private const string Reserved =
        """
        SELECT coalesce(sum(r.quote), 0) FROM jobs r
        WHERE r.state = 1 AND r.slice_id IN (SELECT h.slice_id FROM slice_claims h JOIN slices o ON o.id = h.slice_id WHERE
        """;

    // An amount that nobody has stands for no cap. Jobs without a quote, from before there was a cap, take their batch's largest, or all that is left.
    private const string ClaimSql =
        $"""
        WITH caps AS MATERIALIZED (
            SELECT least(
                coalesce(b.max_cost - b.cost - ({Reserved} o.batch_id = b.id)), 1e12),
                coalesce(t.max_monthly_cost - coalesce((SELECT spent FROM tenant_months m WHERE m.tenant_id = t.id AND m.month = {TenantMonths.ThisMonth}), 0)
                    - ({Reserved} o.tenant_id = t.id)), 1e12)) AS room,
                b.largest_quote
            FROM slices s LEFT JOIN batches b ON b.id = s.batch_id LEFT JOIN tenants t ON t.id = s.tenant_id
            WHERE s.id = $1 AND (b.max_cost IS NOT NULL OR t.max_monthly_cost IS NOT NULL) AND (s.batch_id IS NULL OR b.status = $3)),
        open AS MATERIALIZED (
            SELECT j.id, coalesce(j.quote, c.largest_quote, c.room) AS quote, c.room FROM jobs j CROSS JOIN caps c
            WHERE j.slice_id = $1 AND j.state = ANY($2) AND c.room > 0
              AND EXISTS (SELECT 1 FROM workers w WHERE w.id = $4 AND w.stopped_at IS NULL)
            ORDER BY j.id + 0 LIMIT $5
            FOR NO KEY UPDATE OF j SKIP LOCKED),
        fitting AS MATERIALIZED (
            SELECT id, quote FROM (SELECT id, quote, room, sum(quote) OVER (ORDER BY id) AS together FROM open) o WHERE together <= room),
        claimed AS (
            UPDATE jobs j SET state = $6, attempts = j.attempts + 1, worker_id = $4, started_at = now(), quote = f.quote
            FROM fitting f WHERE j.id = ANY(ARRAY(SELECT id FROM fitting)) AND j.id = f.id
            RETURNING j.id, j.attempts, j.tenant_id, j.batch_id, j.quote),
        noted AS (
            INSERT INTO slice_claims (slice_id, worker_id) SELECT $1, $4 WHERE EXISTS (SELECT 1 FROM claimed) ON CONFLICT DO NOTHING)
        SELECT c.id, c.attempts, c.tenant_id, c.batch_id, b.url, b.body,
            (SELECT max(id) FROM open) = (SELECT max(id) FROM fitting)
                AND EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = $1 AND j.state = ANY($2) AND j.id + 0 > (SELECT max(id) FROM open)),
            c.quote
        FROM claimed c JOIN job_bodies b ON b.job_id = c.id ORDER BY c.id
        """;

    /// <summary>As <see cref="SliceClaimer.ClaimAsync"/>, for a slice that something caps; nothing for another.</summary>
    public static async Task<ClaimedJobs> RunAsync(
        NpgsqlDataSource dataSource, long sliceId, string workerId, int atMost, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await IsCappedAsync(connection, sliceId, cancellationToken))
        {
            return new ClaimedJobs([], HasMore: false);
        }

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (NpgsqlCommand turn = new(LockSql, connection) { Parameters = { new() { Value = sliceId } } })
        {
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        await using NpgsqlCommand command = new(ClaimSql, connection)
        {
            Parameters =
            {
                new() { Value = sliceId },
                new() { Value = Transitions.SourcesOf(JobState.Running) },
                new() { Value = BatchStatus.InProgress.ToName() },
                new() { Value = workerId },
                new() { Value = atMost },
                new() { Value = (short)JobState.Running },
            },
        };
        ClaimedJobs claimed = await SliceClaimer.ReadAsync(command, sliceId, workerId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return claimed;
    }

    /// <summary>Whether there is an open job that a cap holds. Asked only where nothing could be claimed without reserving.</summary>
    private static async Task<bool> IsCappedAsync(NpgsqlConnection connection, long sliceId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(
            """
            SELECT EXISTS (
                SELECT 1 FROM slices s LEFT JOIN batches b ON b.id = s.batch_id LEFT JOIN tenants t ON t.id = s.tenant_id
                WHERE s.id = $1 AND (b.max_cost IS NOT NULL OR t.max_monthly_cost IS NOT NULL)
                  AND EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = s.id AND j.state = ANY($2)))
            """,
            connection)
        {
            Parameters = { new() { Value = sliceId }, new() { Value = Transitions.SourcesOf(JobState.Running) } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
