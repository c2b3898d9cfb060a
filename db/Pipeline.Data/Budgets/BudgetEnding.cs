using System.Globalization;
using Npgsql;
using Pipeline.Data.Results;
using Pipeline.Data.States;

namespace Pipeline.Data.Budgets;

/// <summary>
/// Fails the queued jobs that no longer fit under a cap, whatever becomes of those that run: what is spent only grows, so they never will.
/// Those that still may fit wait. A retry under a higher cap, or in another month, runs them. Safe to run twice at once, and next to
/// workers that claim and commit.
/// </summary>
public static class BudgetEnding
{
    /// <summary>The error code of a job that its batch's cap leaves no room for.</summary>
    public const string MaxCostExceeded = "max_cost_exceeded";

    /// <summary>The error code of a job that its tenant's cap leaves no room for in this month.</summary>
    public const string MonthlyCostExceeded = "monthly_cost_exceeded";

    // A batch is looked into only when its largest job would not fit. Single jobs of a tenant have no batch.
    private const string CapsSql =
        $"""
        SELECT * FROM (
            SELECT b.tenant_id, b.id, b.max_cost, b.max_cost - b.cost AS batch_left, t.max_monthly_cost, {MonthLeft} AS month_left, b.largest_quote
            FROM batches b LEFT JOIN tenants t ON t.id = b.tenant_id
            WHERE b.status = $1 AND (b.max_cost IS NOT NULL OR t.max_monthly_cost IS NOT NULL)
            UNION ALL
            SELECT t.id, NULL, NULL, NULL, t.max_monthly_cost, {MonthLeft}, NULL
            FROM tenants t WHERE t.max_monthly_cost IS NOT NULL
                AND EXISTS (SELECT 1 FROM slices s WHERE s.state IN (0, 1, 2) AND s.batch_id IS NULL AND s.tenant_id = t.id)) caps
        WHERE largest_quote IS NULL OR largest_quote > least(batch_left, month_left) OR least(batch_left, month_left) <= 0
        """;

    private const string MonthLeft =
        $"t.max_monthly_cost - coalesce((SELECT spent FROM tenant_months m WHERE m.tenant_id = t.id AND m.month = {TenantMonths.ThisMonth}), 0)";

    private const string OfBatch = "j.batch_id = $2";

    private const string OfTenant =
        "j.batch_id IS NULL AND j.tenant_id = $1 AND j.slice_id IN (SELECT s.id FROM slices s WHERE s.state IN (0, 1, 2) AND s.batch_id IS NULL AND s.tenant_id = $1)";

    private const string EndSql =
        """
        WITH ended AS (
            UPDATE jobs SET state = $2, finished_at = now() WHERE id = ANY($1) AND state = ANY($3) RETURNING id, batch_id, slice_id),
        answered AS (
            INSERT INTO job_results (job_id, status_code, request_id, body, error_code, error_message, created_at)
            SELECT id, 0, 'req_' || replace(gen_random_uuid()::text, '-', ''), NULL, $4, $5, now() FROM ended)
        SELECT id, batch_id, slice_id FROM ended
        """;

    /// <summary>Ends what does not fit.</summary>
    /// <returns>How many jobs were ended.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        int ended = 0;
        foreach (Cap cap in await CapsAsync(dataSource, cancellationToken))
        {
            ended += await EndAsync(dataSource, cap, cancellationToken);
        }

        return ended;
    }

    private static async Task<List<Cap>> CapsAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(CapsSql);
        command.Parameters.Add(new() { Value = BatchStatus.InProgress.ToName() });
        List<Cap> caps = [];
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            string? batchId = row.IsDBNull(1) ? null : row.GetString(1);
            void Add(int amount, int left, string code, string what)
            {
                if (!row.IsDBNull(amount))
                {
                    string most = row.GetDecimal(amount).ToString("0.############", CultureInfo.InvariantCulture);
                    caps.Add(new Cap(row.GetGuid(0), batchId, row.GetDecimal(left), row.IsDBNull(6) ? 0 : row.GetDecimal(6), code, string.Format(CultureInfo.InvariantCulture, what, most)));
                }
            }

            Add(2, 3, MaxCostExceeded, "This request was not executed because its batch could have cost more than its max_cost of {0}.");
            Add(4, 5, MonthlyCostExceeded, "This request was not executed because it could have cost more than is left of the {0} that may be spent in this month.");
        }

        return caps;
    }

    private static async Task<int> EndAsync(NpgsqlDataSource dataSource, Cap cap, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        List<long> ids = [];
        await using (NpgsqlCommand find = new(
            $"""
            SELECT j.id FROM jobs j WHERE {(cap.BatchId is null ? OfTenant : OfBatch)} AND j.state = $3 AND j.tenant_id = $1
                AND (coalesce(j.quote, $4) > $5 OR $5 <= 0) ORDER BY j.id FOR NO KEY UPDATE
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = cap.TenantId }, new() { Value = (object?)cap.BatchId ?? "" }, new() { Value = (short)JobState.Queued },
                new() { Value = cap.LargestQuote }, new() { Value = cap.Left },
            },
        })
        await using (NpgsqlDataReader reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetInt64(0));
            }
        }

        if (ids.Count == 0)
        {
            return 0;
        }

        List<SettledJob> jobs = await FailAsync(connection, ids, cap, cancellationToken);
        await Settlement.SettleAsync(connection, transaction, jobs, returnSlices: true, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return jobs.Count;
    }

    private static async Task<List<SettledJob>> FailAsync(NpgsqlConnection connection, List<long> ids, Cap cap, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(EndSql, connection)
        {
            Parameters =
            {
                new() { Value = ids.ToArray() }, new() { Value = (short)JobState.Failed }, new() { Value = new[] { (short)JobState.Queued } },
                new() { Value = cap.Code }, new() { Value = cap.Message },
            },
        };
        List<SettledJob> jobs = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(new(reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt64(2), JobState.Failed, default));
        }

        return jobs;
    }

    /// <summary>What is left under a cap, not counting what runs.</summary>
    private sealed record Cap(Guid TenantId, string? BatchId, decimal Left, decimal LargestQuote, string Code, string Message);
}
