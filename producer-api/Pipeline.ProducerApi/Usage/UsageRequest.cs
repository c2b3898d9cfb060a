using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tenants;

namespace Pipeline.ProducerApi.Usage;

/// <summary>What usage is asked for, checked.</summary>
/// <param name="TenantId">Whose; <see langword="null"/> for all, which only an operator may ask for.</param>
/// <param name="Groups">By what it is grouped, each once.</param>
/// <param name="Start">From when on.</param>
/// <param name="End">Until when, not including it.</param>
/// <param name="Limit">Groups on a page.</param>
/// <param name="After">The keys of the last group of the page before, one for each of <paramref name="Groups"/>, and its currency.</param>
internal sealed record UsageRequest(Guid? TenantId, IReadOnlyList<UsageGroup> Groups, DateTimeOffset Start, DateTimeOffset End, int Limit, string[]? After)
{
    public const int LongestPage = 1000;

    public static UsageRequest Parse(Caller caller, string? tenant, string[] groupBy, string? start, string? end, int limit, string? after, DateTimeOffset now)
    {
        Paging.Check(limit, LongestPage);
        UsageGroup[] groups = [.. groupBy.SelectMany(names => names.Split(',')).Select(ParseGroup).Distinct()];
        DateTimeOffset from = ParseTime(start, "start") ?? new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset to = ParseTime(end, "end") ?? DateTimeOffset.MaxValue;
        return from < to
            ? new UsageRequest(TenantOf(caller, tenant), groups, from, to, limit, after is null ? null : ParseCursor(after, groups.Length))
            : throw RequestException.Invalid("Invalid 'end': it must be later than 'start'.", "end", "invalid_value");
    }

    /// <summary>What to give as <c>after</c> for the groups that come behind one.</summary>
    public static string Cursor(IEnumerable<string> keys) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(keys)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>An operator sees all, or the tenant it names; everybody else its own.</summary>
    public static Guid? TenantOf(Caller caller, string? tenant)
    {
        bool all = caller.Scopes.Contains(KeyScopes.Operator);
        if (tenant is null)
        {
            return all ? null : caller.TenantId;
        }

        Guid id = TenantObject.ParseId(tenant);
        return all || id == caller.TenantId ? id : throw RequestException.NoSuchTenant(tenant);
    }

    private static UsageGroup ParseGroup(string name) => name switch
    {
        "day" => UsageGroup.Day,
        "tenant" => UsageGroup.Tenant,
        "model" => UsageGroup.Model,
        "batch" => UsageGroup.Batch,
        _ => throw RequestException.Invalid($"Invalid value: '{name}'. Supported values are: 'day', 'tenant', 'model' and 'batch'.", "group_by", "invalid_value"),
    };

    private static DateTimeOffset? ParseTime(string? text, string name) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time.ToUniversalTime()
        : throw RequestException.Invalid($"Invalid '{name}': expected a date such as 2026-11-01 or a time such as 2026-11-01T12:00:00Z.", name, "invalid_value");

    private static string[] ParseCursor(string after, int groups)
    {
        try
        {
            string padded = after.Replace('-', '+').Replace('_', '/').PadRight((after.Length + 3) / 4 * 4, '=');
            if (JsonSerializer.Deserialize<string[]>(Encoding.UTF8.GetString(Convert.FromBase64String(padded))) is { } keys && keys.Length == groups + 1 && keys.All(key => key is not null))
            {
                return keys;
            }
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // No cursor of ours.
        }

        throw RequestException.Invalid("Invalid 'after': expected the 'last_id' of the page before, of the same groups.", "after", "invalid_value");
    }
}
