using Microsoft.Extensions.Options;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;

namespace Pipeline.Scheduler.Webhooks;

/// <summary>Delivers what is due, many at a time.</summary>
internal sealed class WebhookDelivering(
    WebhookQueue queue, WebhookSender sender, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookDelivering> logger)
{
    /// <summary>Delivers until nothing is due, or until <paramref name="within"/> has passed: what is left waits for the next call.</summary>
    /// <returns>How many attempts were made.</returns>
    public async Task<int> DeliverAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        WebhookOptions set = options.Value;
        TimeSpan lease = TimeSpan.FromSeconds(set.TimeoutSeconds + 10);
        long started = time.GetTimestamp();
        int attempts = 0;
        while (time.GetElapsedTime(started) < within)
        {
            IReadOnlyList<DueDelivery> due = await queue.TakeAsync(set.PerEndpoint, set.AtATime, lease, cancellationToken);
            await Task.WhenAll(due.Select(delivery => TryAsync(delivery, cancellationToken)));
            attempts += due.Count;
            if (due.Count == 0)
            {
                break;
            }
        }

        return attempts;
    }

    private async Task TryAsync(DueDelivery delivery, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        DateTimeOffset at = time.GetUtcNow();
        WebhookReply reply = await sender.PostAsync(delivery, cancellationToken);
        DeliveryAttempt attempt = new(at, time.GetElapsedTime(started), reply.StatusCode, reply.Error);
        TimeSpan? wait = reply.Accepted || reply.WantsNoMore ? null : WebhookSchedule.After(options.Value.Waits, delivery.Attempt, reply.RetryAfter);
        WebhookDeliveryState state = reply.Accepted ? WebhookDeliveryState.Delivered : wait is null ? WebhookDeliveryState.Failed : WebhookDeliveryState.Pending;
        await queue.RecordAsync(delivery, attempt, state, wait ?? TimeSpan.Zero, cancellationToken);
        if (reply.WantsNoMore)
        {
            await queue.DisableAsync(delivery.EndpointId, "The receiver answered 410 Gone.", cancellationToken);
            LogMessages.WebhookDisabled(logger, delivery.EndpointId);
        }
        else if (state == WebhookDeliveryState.Failed)
        {
            LogMessages.WebhookGivenUp(logger, delivery.Id, delivery.EndpointId, delivery.Attempt, reply.Error);
        }
    }
}
