using System.Text.Json;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>From a batch's end to its receiver, through all processes.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task The_end_of_a_batch_reaches_its_receiver_though_the_scheduler_was_killed_before_and_while_it_told_of_it()
    {
        await using RunningStack stack = await RunningStack.StartAsync(
            ("Pipeline:Webhooks:AllowPrivateAddresses", "true"), ("Pipeline:Webhooks:TimeoutSeconds", "1"));
        TaskCompletionSource asked = new(), killed = new();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(async (_, number) =>
        {
            if (number == 1)
            {
                // The first attempt gets no answer: who made it dies waiting.
                asked.SetResult();
                await killed.Task;
            }
        });
        using HttpClient client = stack.Client();
        await stack.Scheduler.KillAsync();
        await stack.StartWorker().ReadyAsync();
        string id = await client.SubmitAsync(stack.Model, ["one", "two"], new { url = receiver.Url, secret = WebhookReceiver.Secret });
        await client.EndOfBatchAsync(id, TimeSpan.FromSeconds(60));
        Assert.Empty(receiver.Received);

        await stack.StartSchedulerAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await stack.Scheduler.KillAsync();
        killed.SetResult();
        await stack.StartSchedulerAsync();
        await Eventually.HoldsAsync(() => receiver.Received.Count == 2, TimeSpan.FromSeconds(60), "the event comes again when the dead one's lease has ended");
        Assert.Single(receiver.Received.Select(request => request.Id).Distinct());
        JsonElement sent = JsonElement.Parse(receiver.Received.First().Body);
        Assert.Equal(("batch.completed", id), (sent.GetProperty("type").GetString(), sent.GetProperty("data").GetProperty("id").GetString()));
        await Eventually.HoldsAsync(async () => await stack.NumberAsync("SELECT count(*) FROM webhook_deliveries WHERE state = 1") == 1);
    }
}
