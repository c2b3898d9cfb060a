using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Webhooks;

/// <summary>A tenant's endpoints and what is delivered to them.</summary>
internal sealed class WebhookStore(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time)
{
    private const int MostEndpoints = 100;
    private const int Day = 86_400, LongestOverlap = 7 * Day;

    /// <summary>Makes an endpoint; its secret is the caller's or a new one.</summary>
    public async Task<WebhookEndpoint> CreateAsync(Caller caller, JsonElement body, CancellationToken cancellationToken)
    {
        WebhookEndpoint endpoint = new()
        {
            Id = PublicIds.WebhookEndpoint(),
            TenantId = caller.TenantId,
            Url = WebhookFields.Url(body) ?? throw RequestException.MissingParameter("url"),
            Description = WebhookFields.Description(body),
            Events = WebhookFields.Events(body) ?? [.. WebhookEventTypes.Default],
            Secret = NewSecret(body),
            CreatedAt = time.GetUtcNow(),
        };
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.WebhookEndpoints.CountAsync(e => e.TenantId == caller.TenantId && e.BatchId == null, cancellationToken) >= MostEndpoints)
        {
            throw RequestException.Invalid($"There are {MostEndpoints} webhook endpoints already, which is the most that a tenant may have.", code: "too_many_webhooks");
        }

        context.WebhookEndpoints.Add(endpoint);
        await context.SaveChangesAsync(cancellationToken);
        return endpoint;
    }

    /// <summary>Changes what the body names. An endpoint that is enabled again gets what waited for it.</summary>
    public Task<WebhookEndpoint> UpdateAsync(Caller caller, string id, JsonElement body, CancellationToken cancellationToken)
    {
        string? url = WebhookFields.Url(body), description = WebhookFields.Description(body);
        string[]? events = WebhookFields.Events(body);
        bool? enabled = body.Find("enabled") is not { } value ? null
            : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
            : throw RequestException.WrongType("enabled", "a boolean", JsonFields.Describe(value));
        return ChangeAsync(
            caller,
            id,
            endpoint =>
            {
                endpoint.Url = url ?? endpoint.Url;
                endpoint.Description = description ?? endpoint.Description;
                endpoint.Events = events ?? endpoint.Events;
                if (enabled is { } on && on != endpoint.DisabledAt is null)
                {
                    endpoint.DisabledAt = on ? null : time.GetUtcNow();
                    endpoint.DisabledReason = on ? null : "Disabled by its owner.";
                }
            },
            cancellationToken);
    }

    /// <summary>Gives the endpoint a new secret. Both sign for a while, so that the receiver can change at its leisure.</summary>
    public Task<WebhookEndpoint> RotateAsync(Caller caller, string id, JsonElement body, CancellationToken cancellationToken)
    {
        int overlap = body.OptionalInteger("overlap_seconds", "overlap_seconds", 0, LongestOverlap) ?? Day;
        string secret = NewSecret(body);
        return ChangeAsync(
            caller,
            id,
            endpoint =>
            {
                endpoint.OldSecret = endpoint.Secret;
                endpoint.OldSecretExpiresAt = time.GetUtcNow().AddSeconds(overlap);
                endpoint.Secret = secret;
            },
            cancellationToken);
    }

    /// <summary>Deletes an endpoint with all that was, or was to be, delivered to it.</summary>
    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await Mine(context, caller).Where(e => e.Id == id).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            throw RequestException.NoSuchWebhook(id);
        }
    }

    public async Task<WebhookEndpoint> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(context, caller, id, cancellationToken);
    }

    /// <summary>A page of endpoints, newest first, and one row more if there is more.</summary>
    public async Task<List<WebhookEndpoint>> PageAsync(Caller caller, string? after, int limit, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        IQueryable<WebhookEndpoint> endpoints = Mine(context, caller).AsNoTracking();
        if (after is not null)
        {
            WebhookEndpoint last = await FindAsync(context, caller, after, cancellationToken);
            endpoints = endpoints.Where(e => EF.Functions.LessThan(ValueTuple.Create(e.CreatedAt, e.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }

        return await endpoints.OrderByDescending(e => e.CreatedAt).ThenByDescending(e => e.Id).Take(limit + 1).ToListAsync(cancellationToken);
    }

    /// <summary>A page of deliveries with their attempts, newest first, and one more if there is more.</summary>
    public async Task<List<DeliveryObject>> DeliveriesAsync(Caller caller, string id, string? after, int limit, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await FindAsync(context, caller, id, cancellationToken);
        IQueryable<WebhookDelivery> deliveries = context.WebhookDeliveries.AsNoTracking().Where(d => d.EndpointId == id);
        if (after is not null)
        {
            WebhookDelivery last = await FindDeliveryAsync(context, id, after, cancellationToken);
            deliveries = deliveries.Where(d => EF.Functions.LessThan(ValueTuple.Create(d.CreatedAt, d.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }

        List<WebhookDelivery> page = await deliveries.OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id).Take(limit + 1).ToListAsync(cancellationToken);
        string[] ids = [.. page.Select(delivery => delivery.Id)];
        ILookup<string, WebhookAttempt> attempts = (await context.WebhookAttempts.AsNoTracking().Where(a => ids.Contains(a.DeliveryId)).ToListAsync(cancellationToken))
            .ToLookup(attempt => attempt.DeliveryId);
        return [.. page.Select(delivery => DeliveryObject.Of(delivery, attempts[delivery.Id]))];
    }

    /// <summary>
    /// Sends an event again, from the schedule's beginning. It is the same event under another <c>webhook-id</c>: a receiver that
    /// drops what it has seen must not drop what was asked for.
    /// </summary>
    public async Task<DeliveryObject> ReplayAsync(Caller caller, string id, string deliveryId, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await FindAsync(context, caller, id, cancellationToken);
        WebhookDelivery again = await FindDeliveryAsync(context, id, deliveryId, cancellationToken);
        again.Id = PublicIds.WebhookDelivery();
        again.State = WebhookDeliveryState.Pending;
        again.Attempts = 0;
        again.CreatedAt = again.NextAttemptAt = time.GetUtcNow();
        again.FinishedAt = null;
        context.WebhookDeliveries.Add(again);
        await context.SaveChangesAsync(cancellationToken);
        return DeliveryObject.Of(again, []);
    }

    /// <summary>Sends an event that means nothing, to see whether it arrives.</summary>
    public async Task<DeliveryObject> TestAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        WebhookEndpoint endpoint = await FindAsync(context, caller, id, cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        string eventId = PublicIds.Event();
        WebhookDelivery test = new()
        {
            Id = PublicIds.WebhookDelivery(),
            EndpointId = endpoint.Id,
            TenantId = caller.TenantId,
            EventId = eventId,
            Type = WebhookEventTypes.Test,
            Body = JsonSerializer.Serialize(new
            {
                id = eventId, @object = "event", created_at = now.ToUnix(), type = WebhookEventTypes.Test, data = new { id = endpoint.Id },
            }),
            CreatedAt = now,
            NextAttemptAt = now,
        };
        context.WebhookDeliveries.Add(test);
        await context.SaveChangesAsync(cancellationToken);
        return DeliveryObject.Of(test, []);
    }

    private static string NewSecret(JsonElement body) =>
        body.OptionalString("secret") is { } given ? WebhookSecrets.Checked(given, "secret") : WebhookSecrets.New();

    private static IQueryable<WebhookEndpoint> Mine(PipelineDbContext context, Caller caller) =>
        context.WebhookEndpoints.Where(e => e.TenantId == caller.TenantId);

    private static async Task<WebhookEndpoint> FindAsync(PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken) =>
        await Mine(context, caller).FirstOrDefaultAsync(e => e.Id == id, cancellationToken) ?? throw RequestException.NoSuchWebhook(id);

    private static async Task<WebhookDelivery> FindDeliveryAsync(PipelineDbContext context, string endpointId, string id, CancellationToken cancellationToken) =>
        await context.WebhookDeliveries.AsNoTracking().FirstOrDefaultAsync(d => d.EndpointId == endpointId && d.Id == id, cancellationToken)
        ?? throw RequestException.NoSuchDelivery(id);

    private async Task<WebhookEndpoint> ChangeAsync(Caller caller, string id, Action<WebhookEndpoint> change, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        WebhookEndpoint endpoint = await FindAsync(context, caller, id, cancellationToken);
        change(endpoint);
        await context.SaveChangesAsync(cancellationToken);
        return endpoint;
    }
}
