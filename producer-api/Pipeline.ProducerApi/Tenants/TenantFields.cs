using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Tenants;

/// <summary>The body of a create, for the documentation: read by <see cref="TenantFields"/>.</summary>
internal sealed record CreateTenantRequest(string Name, int? Weight = null, TenantLimitsObject? Limits = null);

/// <summary>The body of an update, for the documentation. What is absent stays; a limit of null goes back to the installation's default.</summary>
internal sealed record UpdateTenantRequest(string? Name = null, int? Weight = null, TenantLimitsObject? Limits = null);

/// <summary>Reads the fields that describe a tenant.</summary>
internal static class TenantFields
{
    private const int LongestName = 256, MostWeight = 1000;
    private const long MostOfAnything = 1L << 50;

    public static string? Name(JsonElement body) =>
        body.OptionalString("name") is not { } name ? null
        : name.Length is > 0 and <= LongestName ? name
        : throw RequestException.Invalid($"Invalid 'name': expected 1 to {LongestName} characters.", "name", "invalid_value");

    /// <summary>Changes what the body names.</summary>
    public static void Apply(JsonElement body, Tenant tenant)
    {
        tenant.Name = Name(body) ?? tenant.Name;
        tenant.Weight = body.OptionalInteger("weight", "weight", 1, MostWeight) ?? tenant.Weight;
        if (body.Find("limits") is not { } limits)
        {
            return;
        }

        Expect(limits, JsonValueKind.Object, "limits");
        if (Has(limits, "max_monthly_cost"))
        {
            tenant.MaxMonthlyCost = limits.OptionalAmount("max_monthly_cost");
        }

        if (Has(limits, "requests_per_minute"))
        {
            tenant.RequestsPerMinute = (int?)Limit(limits, "requests_per_minute", "limits.requests_per_minute", int.MaxValue);
        }

        if (Has(limits, "bytes_per_minute"))
        {
            tenant.BytesPerMinute = Limit(limits, "bytes_per_minute", "limits.bytes_per_minute", int.MaxValue);
        }

        if (Has(limits, "enqueued_tokens"))
        {
            tenant.EnqueuedTokens = Limit(limits, "enqueued_tokens", "limits.enqueued_tokens", MostOfAnything);
        }

        if (limits.Find("enqueued_tokens_by_model") is { } quotas)
        {
            ApplyQuotas(quotas, tenant);
        }
    }

    private static void ApplyQuotas(JsonElement quotas, Tenant tenant)
    {
        const string Path = "limits.enqueued_tokens_by_model";
        Expect(quotas, JsonValueKind.Object, Path);
        foreach (JsonProperty property in quotas.EnumerateObject())
        {
            tenant.Quotas.RemoveAll(quota => quota.Model == property.Name);
            if (Limit(quotas, property.Name, $"{Path}.{property.Name}", MostOfAnything) is { } tokens)
            {
                tenant.Quotas.Add(new TenantQuota { TenantId = tenant.Id, Model = property.Name, EnqueuedTokens = tokens });
            }
        }
    }

    private static bool Has(JsonElement limits, string name) => limits.TryGetProperty(name, out _);

    /// <summary>A number from 0 (no limit) up; <see langword="null"/> where the body has null.</summary>
    private static long? Limit(JsonElement limits, string name, string path, long most) =>
        limits.Find(name) is not { } value ? null
        : value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number) ? throw RequestException.WrongType(path, "an integer", JsonFields.Describe(value))
        : number >= 0 && number <= most ? number
        : throw RequestException.Invalid($"Invalid '{path}': expected a value between 0 and {most}, but got {number} instead.", path, "invalid_value");

    private static void Expect(JsonElement value, JsonValueKind kind, string path)
    {
        if (value.ValueKind != kind)
        {
            throw RequestException.WrongType(path, "an object", JsonFields.Describe(value));
        }
    }
}
