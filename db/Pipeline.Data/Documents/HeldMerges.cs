using Npgsql;
using Pipeline.Data.Ids;
using Pipeline.Data.States;

namespace Pipeline.Data.Documents;

/// <summary>
/// The jobs that answer for documents in parts. They are there from the batch's start, counted like all others, and queued; but in
/// no slice, so that nobody claims them before their parts have been answered and their request is written.
/// </summary>
public static class HeldMerges
{
    private const string CountSql = "SELECT count(*)::int FROM documents WHERE batch_id = $1 AND waits_for_level IS NOT NULL";

    private const string AddSql =
        """
        WITH held AS (
            SELECT d.line, d.name, row_number() OVER (ORDER BY d.line) AS n FROM documents d WHERE d.batch_id = $1 AND d.waits_for_level IS NOT NULL),
        numbered AS MATERIALIZED (
            SELECT i.id, h.line, h.name FROM held h JOIN unnest($2) WITH ORDINALITY AS i(id, n) ON i.n = h.n),
        added AS (
            INSERT INTO jobs (id, tenant_id, batch_id, line, model, state, attempts, priority, created_at)
            SELECT n.id, b.tenant_id, b.id, n.line, $3, $4, 0, b.priority, now() FROM numbered n JOIN batches b ON b.id = $1)
        INSERT INTO job_bodies (job_id, custom_id, url, body)
        SELECT n.id, n.name, b.endpoint, '{}' FROM numbered n JOIN batches b ON b.id = $1
        """;

    /// <summary>Adds them to a batch that is about to start, in the caller's transaction.</summary>
    /// <param name="connection">Where the transaction is.</param>
    /// <param name="batchId">The batch; of documents or not.</param>
    /// <param name="model">The model that its lines ask for.</param>
    /// <param name="cancellationToken">Gives up; the transaction is then to be rolled back.</param>
    /// <returns>How many there are: jobs of the batch beside those of its lines.</returns>
    public static async Task<int> AddAsync(NpgsqlConnection connection, string batchId, string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using NpgsqlCommand counting = new(CountSql, connection) { Parameters = { new() { Value = batchId } } };
        int count = (int)(await counting.ExecuteScalarAsync(cancellationToken))!;
        if (count == 0)
        {
            return 0;
        }

        List<long> ids = [];
        while (ids.Count < count)
        {
            long first = await JobIds.ReserveBlockAsync(connection, cancellationToken);
            ids.AddRange(Enumerable.Range(0, JobIds.BlockSize).Select(i => first + i));
        }

        await using NpgsqlCommand adding = new(AddSql, connection)
        {
            Parameters =
            {
                new() { Value = batchId },
                new() { Value = ids.ToArray() },
                new() { Value = model },
                new() { Value = (short)JobState.Queued },
            },
        };
        await adding.ExecuteNonQueryAsync(cancellationToken);
        return count;
    }
}
