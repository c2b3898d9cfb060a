using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Tenants;

/// <summary><c>/v1/limits</c>: what the caller's tenant may do. An addition to OpenAI's API.</summary>
internal static class LimitsEndpoint
{
    public static void MapLimits(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/limits", GetAsync).WithTags("Limits").AllowAnyKey().WithSummary("Your limits, and the tokens that your open batches have enqueued for each model");

    private static async Task<Ok<LimitsObject>> GetAsync(
        Caller caller, TokenQuota quota, NpgsqlDataSource dataSource, IOptions<ApiOptions> options, CancellationToken cancellationToken)
    {
        ApiOptions defaults = options.Value;
        return TypedResults.Ok(new LimitsObject(
            "limits",
            TenantObject.IdOf(caller.TenantId),
            OrNone(caller.RequestsPerMinute ?? defaults.RequestsPerMinute),
            OrNone(caller.BytesPerMinute ?? defaults.BytesPerMinute),
            (await quota.ReadAsync(dataSource, caller.TenantId, defaults.Models, cancellationToken)).ToDictionary(
                room => room.Key, room => new EnqueuedTokensObject(OrNone(room.Value.Limit), room.Value.Enqueued))));
    }

    private static long? OrNone(long limit) => limit == 0 ? null : limit;
}
