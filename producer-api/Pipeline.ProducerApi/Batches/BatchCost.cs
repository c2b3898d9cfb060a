using System.Text.Json;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Jobs;
using Pipeline.ProducerApi.Usage;

namespace Pipeline.ProducerApi.Batches;

/// <summary>What a batch has cost so far: the sum of its ledger rows; and what was expected of it. An addition to OpenAI's API.</summary>
internal sealed record BatchCost(
    string Object,
    string BatchId,
    decimal Cost,
    string? Currency,
    long Attempts,
    long Jobs,
    long PromptTokens,
    long CachedTokens,
    long CompletionTokens,
    long DraftedTokens,
    long AcceptedTokens,
    double? AcceptanceRate,
    double? GuessingGain,
    double QueueSeconds,
    double PrefillSeconds,
    double DecodeSeconds,
    double DeviceSeconds,
    Dictionary<string, long> Outcomes,
    PrefixCacheUse? PrefixCache,
    decimal? MaxCost,
    JsonElement? Estimate,
    ListPriceCost? ListPrice)
{
    public static async Task<BatchCost> OfAsync(NpgsqlDataSource dataSource, ListPriceComparison comparison, Batch batch, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            SELECT coalesce(sum(cost), 0), min(currency), count(*), count(DISTINCT job_id), coalesce(sum(prompt_tokens), 0),
                   coalesce(sum(cached_tokens), 0), coalesce(sum(completion_tokens), 0), coalesce(sum(queue_seconds), 0),
                   coalesce(sum(prefill_seconds), 0), coalesce(sum(decode_seconds), 0), coalesce(sum(device_seconds), 0),
                   (SELECT array_agg(outcome || ' ' || n) FROM
                       (SELECT outcome, count(*) AS n FROM job_costs WHERE batch_id = $1 GROUP BY outcome ORDER BY outcome) AS o),
                   coalesce(sum(drafted_tokens), 0), coalesce(sum(accepted_tokens), 0),
                   sum(plain_decode_seconds), coalesce(sum(decode_seconds) FILTER (WHERE plain_decode_seconds IS NOT NULL), 0)
            FROM job_costs WHERE batch_id = $1
            """);
        command.Parameters.Add(new() { Value = batch.Id });
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        string[] outcomes = row.IsDBNull(11) ? [] : row.GetFieldValue<string[]>(11);
        return new BatchCost(
            "batch.cost",
            batch.Id,
            row.GetDecimal(0),
            row.IsDBNull(1) ? null : row.GetString(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetInt64(4),
            row.GetInt64(5),
            row.GetInt64(6),
            row.GetInt64(12),
            row.GetInt64(13),
            Guessing.AcceptanceRate(row.GetInt64(12), row.GetInt64(13)),
            Guessing.Gain(row.IsDBNull(14) ? null : row.GetDouble(14), row.GetDouble(15)),
            row.GetDouble(7),
            row.GetDouble(8),
            row.GetDouble(9),
            row.GetDouble(10),
            outcomes.Select(o => o.Split(' ')).ToDictionary(o => o[0], o => long.Parse(o[1])),
            PrefixCacheUse.Of(batch),
            batch.MaxCost,
            batch.Estimate is null ? null : JsonElement.Parse(batch.Estimate),
            AtListPrice(comparison, batch));
    }

    private static ListPriceCost? AtListPrice(ListPriceComparison comparison, Batch batch)
    {
        bool embeds = batch.CompletionTokens == 0;
        return comparison.Of(batch.Model ?? "", embeds ? 0 : batch.PromptTokens, batch.CachedTokens, batch.CompletionTokens, embeds ? batch.PromptTokens : 0).FirstOrDefault();
    }
}

/// <summary>What the prefix plan of a batch expected of the cache, and what has come of it: tokens of all results so far.</summary>
internal sealed record PrefixCacheUse(
    long PredictedPromptTokens, long PredictedCachedTokens, double PredictedHitRate, long PromptTokens, long CachedTokens, double? HitRate)
{
    /// <summary><see langword="null"/> for a batch without a plan.</summary>
    public static PrefixCacheUse? Of(Batch batch) =>
        batch is { PredictedPromptTokens: { } prompt, PredictedCachedTokens: { } cached }
            ? new PrefixCacheUse(
                prompt, cached, Share(cached, prompt) ?? 0, batch.PromptTokens, batch.CachedTokens, Share(batch.CachedTokens, batch.PromptTokens))
            : null;

    private static double? Share(long part, long whole) => whole > 0 ? (double)part / whole : null;
}
