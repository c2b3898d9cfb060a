using Pipeline.Testing;

namespace Pipeline.Data.Tests.Money;

internal static class LedgerRows
{
    /// <summary>Adds rows of completed jobs that nobody has enqueued, under ids that no job gets.</summary>
    public static Task AddCostsAsync(this TestDatabase database, string model, int count, int prompt, int output, double prefill, double decode, Guid tenantId = default) =>
        database.ExecuteAsync(
            """
            INSERT INTO job_costs (job_id, attempt, tenant_id, model, worker_id, outcome, prompt_tokens, cached_tokens, completion_tokens,
                queue_seconds, prefill_seconds, decode_seconds, device_seconds, price_per_device_hour, cost, currency, created_at)
            SELECT (SELECT coalesce(max(job_id), 0) FROM job_costs WHERE job_id > 1000000000000) + 1000000000000 + n, 1, $7, $1, 'w', 'completed', $3, 0, $4, 0, $5, $6, $5 + $6, 3600, $5 + $6, 'USD', now()
            FROM generate_series(1, $2) n
            """,
            model, count, prompt, output, prefill, decode, tenantId);
}
