using Npgsql;

namespace Pipeline.Data.Pricing;

/// <summary>What the tokens of models have taken of their devices: learned from the ledger, kept in <c>model_rates</c>. Thread-safe.</summary>
public static class MeasuredRates
{
    /// <summary>Completed jobs below which nothing is concluded from them.</summary>
    public const int FewestJobs = 20;

    // By the primary key, so that no index is needed for it. A model of which nothing is among the latest rows keeps the rates it has.
    private const int LatestRows = 10_000;

    private const string ReadSql =
        "SELECT prompt_seconds, cached_seconds, output_seconds, measured_at < now() - interval '1 minute' FROM model_rates WHERE model = $1";

    private static readonly string SumsSql =
        $"""
        SELECT count(*), coalesce(sum(u * u), 0), coalesce(sum(u * c), 0), coalesce(sum(c * c), 0), coalesce(sum(u * s), 0), coalesce(sum(c * s), 0),
            coalesce(sum(u), 0), coalesce(sum(s), 0), coalesce(sum(o), 0), coalesce(sum(d), 0)
        FROM (SELECT model, outcome, (prompt_tokens - cached_tokens)::float8 AS u, cached_tokens::float8 AS c, prefill_seconds AS s,
                completion_tokens::float8 AS o, decode_seconds AS d
              FROM job_costs ORDER BY job_id DESC, attempt DESC LIMIT {LatestRows}) r
        WHERE r.model = $1 AND r.outcome = 'completed'
        """;

    private const string KeepSql =
        """
        INSERT INTO model_rates (model, prompt_seconds, cached_seconds, output_seconds, jobs, measured_at) VALUES ($1, $2, $3, $4, $5, now())
        ON CONFLICT (model) DO UPDATE SET prompt_seconds = excluded.prompt_seconds, cached_seconds = excluded.cached_seconds,
            output_seconds = excluded.output_seconds, jobs = excluded.jobs, measured_at = excluded.measured_at
        """;

    /// <summary>The model's rates, measured anew if that was more than a minute ago.</summary>
    /// <returns><see langword="null"/> if too few jobs of it have been completed.</returns>
    public static async Task<DeviceRates?> FindAsync(NpgsqlDataSource dataSource, string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        (DeviceRates? kept, bool old) = await ReadAsync(dataSource, model, cancellationToken);
        if (!old)
        {
            return kept;
        }

        (long jobs, RateSums sums) = await SumsAsync(dataSource, model, cancellationToken);
        if (jobs < FewestJobs || sums.ToRates() is not { } rates)
        {
            return kept;
        }

        await using NpgsqlCommand keep = dataSource.CreateCommand(KeepSql);
        keep.Parameters.Add(new() { Value = model });
        keep.Parameters.Add(new() { Value = rates.Prompt });
        keep.Parameters.Add(new() { Value = rates.Cached });
        keep.Parameters.Add(new() { Value = rates.Output });
        keep.Parameters.Add(new() { Value = jobs });
        await keep.ExecuteNonQueryAsync(cancellationToken);
        return rates;
    }

    private static async Task<(DeviceRates? Rates, bool Old)> ReadAsync(NpgsqlDataSource dataSource, string model, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(ReadSql);
        command.Parameters.Add(new() { Value = model });
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (new DeviceRates(row.GetDouble(0), row.GetDouble(1), row.GetDouble(2)), row.GetBoolean(3)) : (null, true);
    }

    private static async Task<(long Jobs, RateSums Sums)> SumsAsync(NpgsqlDataSource dataSource, string model, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(SumsSql);
        command.Parameters.Add(new() { Value = model });
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), new RateSums(
            row.GetDouble(1), row.GetDouble(2), row.GetDouble(3), row.GetDouble(4), row.GetDouble(5), row.GetDouble(6), row.GetDouble(7), row.GetDouble(8), row.GetDouble(9)));
    }
}
