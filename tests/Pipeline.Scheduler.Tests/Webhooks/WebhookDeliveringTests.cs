using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Results;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;
using Pipeline.Scheduler.Tests.Duties;
using Pipeline.Scheduler.Webhooks;
using Pipeline.Testing;

namespace Pipeline.Scheduler.Tests.Webhooks;

public sealed class WebhookDeliveringTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task An_event_is_posted_signed_and_once()
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(200);
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Completed);
        using WebhookSender sender = Sender();
        await Task.WhenAll(DeliverAsync(sender), DeliverAsync(sender), DeliverAsync(sender));

        (string id, string body) = Assert.Single(receiver.Received);
        JsonElement sent = JsonElement.Parse(body);
        Assert.Equal(["id", "object", "created_at", "type", "data"], sent.EnumerateObject().Select(property => property.Name));
        Assert.StartsWith("evt_", sent.GetProperty("id").GetString());
        Assert.Equal(("event", "batch.completed"), (sent.GetProperty("object").GetString(), sent.GetProperty("type").GetString()));
        Assert.Equal(batchId, sent.GetProperty("data").GetProperty("id").GetString());
        WebhookDelivery delivery = await DeliveryAsync(batchId);
        Assert.Equal((id, WebhookDeliveryState.Delivered, 1), (delivery.Id, delivery.State, delivery.Attempts));
        Assert.Equal((1, 200, null), Assert.Single(await AttemptsAsync(delivery.Id)));
    }

    [Fact]
    public async Task An_event_whose_transaction_is_undone_has_not_happened()
    {
        database.Require();
        string batchId = await BatchHeardByAsync("http://127.0.0.1:9/");
        await using (NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync())
        {
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await WebhookOutbox.RecordAsync(connection, batchId, BatchStatus.Completed, default);
            await transaction.RollbackAsync();
        }

        await using PipelineDbContext context = database.CreateContext();
        Assert.False(await context.WebhookDeliveries.AnyAsync(d => d.Body.Contains(batchId)));
    }

    [Fact]
    public async Task A_receiver_that_fails_is_asked_again_under_the_same_id_and_the_log_says_why()
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(async (context, number) =>
        {
            context.Response.StatusCode = number == 1 ? 503 : 204;
            await context.Response.WriteAsync(number == 1 ? "not\0 now" : "");
        });
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Expired);
        using WebhookSender sender = Sender();
        await DeliverAsync(sender);
        WebhookDelivery waiting = await DeliveryAsync(batchId);
        Assert.Equal(WebhookDeliveryState.Pending, waiting.State);
        Assert.InRange(waiting.NextAttemptAt - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        await DueAsync(waiting.Id);
        await DeliverAsync(sender);

        Assert.Equal([waiting.Id, waiting.Id], receiver.Received.Select(request => request.Id));
        Assert.Equal(WebhookDeliveryState.Delivered, (await DeliveryAsync(batchId)).State);
        Assert.Equal([(1, 503, "503 Service Unavailable: not  now"), (2, 204, null)], await AttemptsAsync(waiting.Id));
    }

    [Fact]
    public async Task A_receiver_that_asks_to_be_left_alone_is()
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "120";
            return Task.CompletedTask;
        });
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Completed);
        using WebhookSender sender = Sender();
        await DeliverAsync(sender);
        Assert.InRange((await DeliveryAsync(batchId)).NextAttemptAt - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task When_the_tries_run_out_it_is_given_up()
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(500);
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Completed);
        using WebhookSender sender = Sender();
        await DeliverAsync(sender, waits: [0, 0, 0]);
        WebhookDelivery delivery = await DeliveryAsync(batchId);
        Assert.Equal((WebhookDeliveryState.Failed, 3), (delivery.State, delivery.Attempts));
        Assert.NotNull(delivery.FinishedAt);
        Assert.Equal(3, receiver.Received.Count);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_disabled_and_hears_of_nothing_more()
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(410);
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Completed);
        using WebhookSender sender = Sender();
        await DeliverAsync(sender);
        Assert.Equal(WebhookDeliveryState.Failed, (await DeliveryAsync(batchId)).State);
        await using PipelineDbContext context = database.CreateContext();
        WebhookEndpoint endpoint = await context.WebhookEndpoints.SingleAsync(e => e.BatchId == batchId);
        Assert.NotNull(endpoint.DisabledAt);
        Assert.Equal("The receiver answered 410 Gone.", endpoint.DisabledReason);
        await RecordAsync(batchId, BatchStatus.Cancelled);
        await DeliverAsync(sender);
        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task A_redirect_is_no_success_and_is_not_followed()
    {
        database.Require();
        await using WebhookReceiver target = await WebhookReceiver.StartAsync(200);
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = target.Url;
            return Task.CompletedTask;
        });
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Completed);
        using WebhookSender sender = Sender();
        await DeliverAsync(sender);
        Assert.Empty(target.Received);
        Assert.Equal(WebhookDeliveryState.Pending, (await DeliveryAsync(batchId)).State);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("2130706433")]
    public async Task Nothing_goes_to_a_private_address_unless_that_is_allowed(string host)
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(200);
        string batchId = await BatchHeardByAsync($"http://{host}:{new Uri(receiver.Url).Port}/hook");
        await RecordAsync(batchId, BatchStatus.Completed);
        using WebhookSender sender = Sender(new WebhookOptions());
        await DeliverAsync(sender);
        Assert.Empty(receiver.Received);
        (_, int? status, string? error) = Assert.Single(await AttemptsAsync((await DeliveryAsync(batchId)).Id));
        Assert.Null(status);
        Assert.Contains("has no public address", error);
    }

    [Fact]
    public async Task A_receiver_that_never_answers_costs_its_time_and_is_asked_again()
    {
        database.Require();
        TaskCompletionSource end = new();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync((_, _) => end.Task);
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Completed);
        using WebhookSender sender = Sender(new WebhookOptions { AllowPrivateAddresses = true, TimeoutSeconds = 0.3 });
        await DeliverAsync(sender);
        end.SetResult();
        WebhookDelivery delivery = await DeliveryAsync(batchId);
        Assert.Equal(WebhookDeliveryState.Pending, delivery.State);
        Assert.Equal((1, null, "No answer within 0.3 s."), Assert.Single(await AttemptsAsync(delivery.Id)));
    }

    [Fact]
    public async Task What_a_dead_process_took_is_delivered_by_the_next_when_its_lease_has_ended()
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(200);
        string batchId = await BatchHeardByAsync(receiver.Url);
        await RecordAsync(batchId, BatchStatus.Completed);
        WebhookQueue queue = new(database.DataSource);
        DueDelivery taken = Assert.Single(await queue.TakeAsync(100, 100, TimeSpan.FromMinutes(5), default), due => due.Url == receiver.Url);
        using WebhookSender sender = Sender();
        await DeliverAsync(sender);
        Assert.Empty(receiver.Received);
        await DueAsync(taken.Id);
        await DeliverAsync(sender);
        Assert.Single(receiver.Received);

        // Should it not have been dead after all: what it says counts no more.
        await queue.RecordAsync(taken, new DeliveryAttempt(DateTimeOffset.UnixEpoch, TimeSpan.Zero, 500, null), WebhookDeliveryState.Failed, TimeSpan.Zero, default);
        Assert.Equal(WebhookDeliveryState.Delivered, (await DeliveryAsync(batchId)).State);
    }

    [Fact]
    public async Task An_endpoint_with_very_many_events_leaves_room_for_the_others()
    {
        database.Require();
        string loud = await BatchHeardByAsync("http://127.0.0.1:9/loud"), quiet = await BatchHeardByAsync("http://127.0.0.1:9/quiet");
        for (int i = 0; i < 20; i++)
        {
            await RecordAsync(loud, BatchStatus.Completed);
        }

        await RecordAsync(quiet, BatchStatus.Completed);
        IReadOnlyList<DueDelivery> due = await new WebhookQueue(database.DataSource).TakeAsync(8, 64, TimeSpan.FromMinutes(5), default);
        Assert.Equal(8, due.Count(delivery => delivery.Url.EndsWith("loud", StringComparison.Ordinal)));
        Assert.Single(due, delivery => delivery.Url.EndsWith("quiet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_asks_for_it_hears_of_every_job_and_of_no_other_tenants()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["a", "b", "c"], 3), other = await database.AddBatchAsync("m", ["x"]);
        await HearAsync(batchId, "http://127.0.0.1:9/jobs", [WebhookEventTypes.JobCompleted]);
        await database.AddWorkerAsync("w-hooks");
        SliceClaimer claimer = new(database.DataSource);
        foreach (string id in new[] { batchId, other })
        {
            IReadOnlyList<ClaimedJob> claimed = (await claimer.ClaimAsync((await database.SlicesAsync(id))[0].Id, "w-hooks", 3, default)).Jobs;
            await new ResultCommitter(database.DataSource).CommitAsync(
                [.. claimed.Select((job, i) => TakeBackTests.Attempt(job, i == 1 ? AttemptOutcome.Failed : i == 2 ? AttemptOutcome.Released : AttemptOutcome.Completed))], default);
        }

        await using PipelineDbContext context = database.CreateContext();
        List<string> bodies = await context.WebhookDeliveries.Where(d => d.Type == WebhookEventTypes.JobCompleted).Select(d => d.Body).ToListAsync();
        List<Job> jobs = await database.JobsAsync(batchId);
        Assert.Equal(
            [(JobIds.ToPublic(jobs[0].Id), batchId, "line-1", "completed"), (JobIds.ToPublic(jobs[1].Id), batchId, "line-2", "failed")],
            bodies.Select(body => JsonElement.Parse(body).GetProperty("data")).Select(data => (
                data.GetProperty("id").GetString()!, data.GetProperty("batch_id").GetString()!, data.GetProperty("custom_id").GetString()!, data.GetProperty("status").GetString()!)).Order());
    }

    [Fact]
    public async Task Old_deliveries_go_with_their_log_and_waiting_ones_stay()
    {
        database.Require();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(200);
        string done = await BatchHeardByAsync(receiver.Url), waiting = await BatchHeardByAsync("http://127.0.0.1:9/");
        await RecordAsync(done, BatchStatus.Completed);
        using WebhookSender sender = Sender();
        await DeliverAsync(sender);
        await RecordAsync(waiting, BatchStatus.Completed);
        string id = (await DeliveryAsync(done)).Id;
        await database.ExecuteAsync("UPDATE webhook_deliveries SET created_at = now() - interval '31 days', finished_at = finished_at - interval '31 days'");
        Assert.True(await Purge.WebhooksAsync(database.DataSource, TimeSpan.FromDays(30), default) >= 1);
        await using PipelineDbContext context = database.CreateContext();
        Assert.False(await context.WebhookDeliveries.AnyAsync(d => d.Id == id));
        Assert.False(await context.WebhookAttempts.AnyAsync(a => a.DeliveryId == id));
        Assert.Equal(WebhookDeliveryState.Pending, (await DeliveryAsync(waiting)).State);
    }

    private static WebhookSender Sender(WebhookOptions? options = null)
    {
        IOptions<WebhookOptions> given = Options.Create(options ?? new WebhookOptions { AllowPrivateAddresses = true });
        return new WebhookSender(new GuardedConnection(given), given, TimeProvider.System);
    }

    private Task<int> DeliverAsync(WebhookSender sender, double[]? waits = null) => new WebhookDelivering(
        new WebhookQueue(database.DataSource), sender, Options.Create(new WebhookOptions { Schedule = waits ?? [] }), TimeProvider.System, NullLogger<WebhookDelivering>.Instance)
        .DeliverAsync(Turn, default);

    private async Task<string> BatchHeardByAsync(string url)
    {
        string batchId = await database.AddBatchAsync("m", ["a"]);
        await HearAsync(batchId, url, [.. WebhookEventTypes.Default]);
        return batchId;
    }

    private async Task HearAsync(string batchId, string url, string[] events)
    {
        Batch batch = await database.BatchAsync(batchId);
        await using PipelineDbContext context = database.CreateContext();
        context.Tenants.Add(new Tenant { Id = batch.TenantId, Name = batchId, CreatedAt = DateTimeOffset.UnixEpoch });
        context.WebhookEndpoints.Add(new WebhookEndpoint
        {
            Id = PublicIds.WebhookEndpoint(), TenantId = batch.TenantId, BatchId = batchId, Url = url, Events = events, Secret = WebhookReceiver.Secret, CreatedAt = DateTimeOffset.UnixEpoch,
        });
        await context.SaveChangesAsync();
    }

    private async Task RecordAsync(string batchId, BatchStatus status)
    {
        await using NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync();
        await WebhookOutbox.RecordAsync(connection, batchId, status, default);
    }

    private async Task<WebhookDelivery> DeliveryAsync(string batchId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.WebhookDeliveries.AsNoTracking().SingleAsync(d => d.Body.Contains(batchId));
    }

    private Task<int> DueAsync(string id) => database.ExecuteAsync("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE id = $1", id);

    private async Task<List<(int Number, int? Status, string? Error)>> AttemptsAsync(string deliveryId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return [.. (await context.WebhookAttempts.Where(a => a.DeliveryId == deliveryId).OrderBy(a => a.Number).ToListAsync()).Select(a => (a.Number, a.StatusCode, a.Error))];
    }
}
