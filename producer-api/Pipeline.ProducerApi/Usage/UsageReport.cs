using Npgsql;
using Pipeline.Data.Pricing;

namespace Pipeline.ProducerApi.Usage;

/// <summary>Sums up the ledger. Sums are exact: of the rows' own amounts, nothing is rounded on the way.</summary>
internal sealed class UsageReport(NpgsqlDataSource dataSource, ListPriceComparison comparison)
{
    /// <summary>A page of groups, by their keys in ascending order.</summary>
    public async Task<UsagePage> ReadAsync(UsageRequest request, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(Sql(request));
        command.Parameters.Add(new() { Value = (object?)request.TenantId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = request.Start });
        command.Parameters.Add(new() { Value = request.End });
        command.Parameters.Add(new() { Value = request.Limit + 1 });
        command.Parameters.Add(new() { Value = (object?)request.After ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        List<Part> parts = [];
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            parts.Add(new Part(
                row.GetFieldValue<string[]>(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetDouble(7), row.GetDecimal(8),
                row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12)));
        }

        UsageObject[] groups = [.. parts.GroupBy(part => UsageRequest.Cursor(part.Keys)).Select(group => Group(request, group.Key, [.. group]))];
        UsageObject[] page = [.. groups.Take(request.Limit)];
        string[] names = [.. page.SelectMany(group => group.ListPrice).Select(price => price.Name).Distinct().Order()];
        return new UsagePage(
            "list",
            page,
            page.FirstOrDefault()?.Id,
            page.LastOrDefault()?.Id,
            groups.Length > request.Limit,
            request.Start,
            request.End == DateTimeOffset.MaxValue ? null : request.End,
            [.. names.Select(name => comparison.Find(name))]);
    }

    /// <summary>
    /// The groups of a page, each in parts by model, for each model has its list price. Keys are compared as bytes, so that pages follow each
    /// other whatever the database's collation.
    /// </summary>
    private static string Sql(UsageRequest request)
    {
        string keys = string.Join(", ", request.Groups.Select(Column).Append("currency"));
        return $"""
            WITH grouped AS (
                SELECT ARRAY[{keys}] COLLATE "C" AS keys, model, count(*) FILTER (WHERE outcome = 'completed') AS requests, count(*) AS attempts,
                    sum(prompt_tokens) AS prompt, sum(cached_tokens) AS cached, sum(completion_tokens) AS completion, sum(device_seconds) AS device, sum(cost) AS cost,
                    coalesce(sum(prompt_tokens) FILTER (WHERE outcome = 'completed' AND completion_tokens > 0), 0) AS text_prompt,
                    coalesce(sum(cached_tokens) FILTER (WHERE outcome = 'completed' AND completion_tokens > 0), 0) AS text_cached,
                    coalesce(sum(completion_tokens) FILTER (WHERE outcome = 'completed'), 0) AS text_completion,
                    coalesce(sum(prompt_tokens) FILTER (WHERE outcome = 'completed' AND completion_tokens = 0), 0) AS embedded
                FROM job_costs WHERE ($1 IS NULL OR tenant_id = $1) AND created_at >= $2 AND created_at < $3 GROUP BY 1, 2),
            page AS (
                SELECT DISTINCT keys FROM grouped WHERE $5 IS NULL OR keys > $5 COLLATE "C" ORDER BY keys LIMIT $4)
            SELECT g.* FROM grouped g JOIN page p ON p.keys = g.keys ORDER BY g.keys, g.model
            """;
    }

    private static string Column(UsageGroup group) => group switch
    {
        UsageGroup.Day => "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        UsageGroup.Tenant => "'tenant_' || replace(tenant_id::text, '-', '')",
        UsageGroup.Model => "model",
        UsageGroup.Batch => "coalesce(batch_id, '')",
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "There is no such group."),
    };

    private UsageObject Group(UsageRequest request, string id, Part[] parts)
    {
        string? Key(UsageGroup group) => request.Groups.Index().FirstOrDefault(g => g.Item == group, (-1, default)) is (>= 0 and int i, _) ? parts[0].Keys[i] : null;
        return new UsageObject(
            "usage",
            id,
            parts.Sum(part => part.Requests),
            parts.Sum(part => part.Attempts),
            parts.Sum(part => part.Prompt),
            parts.Sum(part => part.Cached),
            parts.Sum(part => part.Completion),
            parts.Sum(part => part.DeviceSeconds),
            parts.Sum(part => part.Cost),
            parts[0].Keys[^1],
            [.. parts.SelectMany(part => comparison.Of(part.Model, part.TextPrompt, part.TextCached, part.TextCompletion, part.Embedded)).GroupBy(cost => cost.Name).Select(group => new ListPriceCost(
                group.Key, Money.Nearest(group.Sum(cost => cost.Cost)), Money.Nearest(group.Sum(cost => cost.BatchCost)), group.First().Currency))])
        {
            Day = Key(UsageGroup.Day),
            Tenant = Key(UsageGroup.Tenant),
            Model = Key(UsageGroup.Model),
            BatchId = Key(UsageGroup.Batch),
        };
    }

    /// <summary>What a group has of one model.</summary>
    private sealed record Part(
        string[] Keys, string Model, long Requests, long Attempts, long Prompt, long Cached, long Completion, double DeviceSeconds, decimal Cost,
        long TextPrompt, long TextCached, long TextCompletion, long Embedded);
}
