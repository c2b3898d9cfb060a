using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Entities;
using Pipeline.Data.Schedules;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Schedules;

public sealed class ScheduleRunTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[]}""";

    [Fact]
    public async Task A_run_is_an_ordinary_batch_of_a_copy_with_its_placeholders_filled_in()
    {
        ApiClient api = fixture.Require();
        JsonObject body = await api.ScheduleBodyAsync(api.Line("{{run.id}}", "News of {{run.date}}?") + "\n");
        body["batch"]!["metadata"] = new JsonObject { ["for"] = "press" };
        body["batch"]!["completion_window"] = "2h";
        body["batch"]!["webhook"] = new JsonObject { ["url"] = "https://example.com/", ["secret"] = WebhookReceiver.Secret };
        string id = (await api.SendAsync(HttpMethod.Post, "v1/schedules", body)).Text("id");
        JsonElement asked = await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/run");
        Assert.Equal(("waiting", "manual", id), (asked.Text("status"), asked.Text("trigger"), asked.Text("schedule_id")));
        JsonElement run = await api.EndOfRunAsync(id, asked.Text("id"));
        Assert.Equal("started", run.Text("status"));

        JsonElement batch = await api.WaitAsync(run.Text("batch_id"), "in_progress");
        Assert.Equal(("2h", """{"for":"press"}"""), (batch.Text("completion_window"), batch.Raw("metadata")));
        Assert.NotEqual((string?)body["batch"]!["input_file_id"], batch.Text("input_file_id"));
        string date = DateTimeOffset.FromUnixTimeSeconds(run.GetProperty("scheduled_at").GetInt64()).ToString("yyyy-MM-dd", null);
        Assert.Equal(api.Line(run.Text("id"), $"News of {date}?") + "\n", await api.Http.GetStringAsync($"v1/files/{batch.Text("input_file_id")}/content"));
        Assert.Contains(
            (await api.GetAsync("v1/webhooks")).GetProperty("data").EnumerateArray(), endpoint => endpoint.TextOrNull("batch_id") == batch.Text("id"));
        await fixture.NewWorker().AnswerAllAsync(batch.Text("id"), _ => (200, Answer));
        await api.WaitAsync(batch.Text("id"), "completed");
        Assert.Equal("completed", (await api.GetAsync($"v1/schedules/{id}/runs/{run.Text("id")}")).Text("batch_status"));
    }

    [Fact]
    public async Task A_time_that_the_clock_recorded_becomes_one_batch_though_two_APIs_look_at_it()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        string id = (await api.ScheduleAsync(new JsonObject { ["cron"] = "* * * * *", ["overlap"] = "allow" })).Text("id");
        await using ApiProcessDouble second = await ApiProcessDouble.StartAsync(fixture);
        DateTimeOffset next = (await fixture.Database.ScheduleAsync(id)).NextRunAt!.Value;
        for (int minute = 0; minute < 5; minute++)
        {
            await ScheduleClock.RecordDueAsync(fixture.Database.Contexts, next.AddMinutes(minute), TimeSpan.FromMinutes(1), default);
        }

        await Eventually.HoldsAsync(async () => (await fixture.Database.RunsAsync(id)).All(run => run.State != ScheduleRunState.Waiting));
        List<ScheduleRun> runs = await fixture.Database.RunsAsync(id);
        Assert.Equal(Enumerable.Range(0, 5).Select(minute => next.AddMinutes(minute)), runs.Select(run => run.ScheduledAt));
        Assert.Equal(runs.Select(run => run.BatchId!).Order(), await BatchesAsync(api));
    }

    [Fact]
    public async Task With_skip_a_run_is_left_out_while_the_batch_before_has_not_ended()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        string id = (await api.ScheduleAsync(new JsonObject { ["cron"] = "* * * * *", ["overlap"] = "skip" })).Text("id");
        string first = (await RunAsync(api, id)).Text("batch_id");
        await TickAsync(id);
        await Eventually.HoldsAsync(async () => (await fixture.Database.RunsAsync(id)).Count(run => run.State == ScheduleRunState.Skipped) == 1);
        ScheduleRun skipped = Assert.Single(await fixture.Database.RunsAsync(id), run => run.State == ScheduleRunState.Skipped);
        Assert.Equal(RunCodes.Overlap, skipped.Code);
        Assert.Contains(first, skipped.Message, StringComparison.Ordinal);
        using HttpResponseMessage refused = await api.PostAsync($"v1/schedules/{id}/run", new { });
        Assert.Equal("overlap", (await ApiClient.ErrorAsync(refused, HttpStatusCode.Conflict)).Text("code"));
        await EndAsync(api, first);
        Assert.Equal("started", (await RunAsync(api, id)).Text("status"));
    }

    [Fact]
    public async Task With_queue_runs_wait_for_their_turn_and_go_in_the_order_of_their_times()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        string id = (await api.ScheduleAsync(new JsonObject { ["cron"] = "* * * * *", ["overlap"] = "queue" })).Text("id");
        string first = (await RunAsync(api, id)).Text("batch_id");
        await TickAsync(id);
        await TickAsync(id);
        string otherId = (await api.ScheduleAsync(new JsonObject { ["overlap"] = "queue" })).Text("id");
        Assert.Equal("started", (await RunAsync(api, otherId)).Text("status"));
        for (int place = 1; place <= 2; place++)
        {
            List<ScheduleRun> runs = await fixture.Database.RunsAsync(id);
            Assert.Equal(Enumerable.Range(0, 3).Select(i => i < place), runs.Select(run => run.State == ScheduleRunState.Started));
            await EndAsync(api, runs[place - 1].BatchId!);
            await Eventually.HoldsAsync(async () => (await fixture.Database.RunsAsync(id))[place].State == ScheduleRunState.Started);
        }
    }

    [Fact]
    public async Task With_allow_runs_go_side_by_side()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        string id = (await api.ScheduleAsync(new JsonObject { ["overlap"] = "allow" })).Text("id");
        Assert.NotEqual((await RunAsync(api, id)).Text("batch_id"), (await RunAsync(api, id)).Text("batch_id"));
    }

    [Fact]
    public async Task A_paused_schedule_has_no_runs_but_those_asked_for_and_resumed_makes_up_for_none()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        string id = (await api.ScheduleAsync(new JsonObject { ["cron"] = "* * * * *", ["overlap"] = "allow" })).Text("id");
        DateTimeOffset next = (await fixture.Database.ScheduleAsync(id)).NextRunAt!.Value;
        await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/pause");
        await ScheduleClock.RecordDueAsync(fixture.Database.Contexts, next.AddSeconds(1), TimeSpan.FromMinutes(1), default);
        Assert.Empty(await fixture.Database.RunsAsync(id));
        Assert.Equal("started", (await RunAsync(api, id)).Text("status"));
        // As if the pause had begun a day ago.
        await fixture.Database.ExecuteAsync("UPDATE schedules SET next_run_at = $2 WHERE id = $1", id, next.AddDays(-1));
        await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/resume");
        Assert.True((await fixture.Database.ScheduleAsync(id)).NextRunAt >= next);
    }

    [Fact]
    public async Task A_run_whose_file_is_gone_fails_and_says_so()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        JsonElement made = await api.ScheduleAsync();
        await api.SendAsync(HttpMethod.Delete, "v1/files/" + made.GetProperty("batch").Text("input_file_id"));
        JsonElement run = await RunAsync(api, made.Text("id"));
        Assert.Equal(("failed", "file_not_found"), (run.Text("status"), run.GetProperty("problem").Text("code")));
        Assert.Empty(await BatchesAsync(api));
        Assert.Empty((await api.GetAsync("v1/files")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task A_suspended_tenant_has_no_runs()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        string id = (await api.ScheduleAsync(new JsonObject { ["cron"] = "* * * * *" })).Text("id");
        await fixture.Database.ExecuteAsync("UPDATE tenants SET suspended_at = now() WHERE id = $1", api.TenantId);
        await TickAsync(id);
        await Eventually.HoldsAsync(async () => Assert.Single(await fixture.Database.RunsAsync(id)) is { State: ScheduleRunState.Skipped, Code: RunCodes.Suspended });
    }

    [Fact]
    public async Task The_file_of_a_schedule_is_kept_past_its_time()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        JsonElement made = await api.ScheduleAsync();
        string other = await api.UploadAsync(api.Lines(1));
        await fixture.Database.ExecuteAsync("UPDATE files SET expires_at = now() - interval '1 day' WHERE tenant_id = $1", api.TenantId);
        await Pipeline.Data.Duties.Purge.FilesAsync(fixture.Database.DataSource, default);
        Assert.Equal("started", (await RunAsync(api, made.Text("id"))).Text("status"));
        using HttpResponseMessage purged = await api.Http.GetAsync("v1/files/" + other);
        await ApiClient.ErrorAsync(purged, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_and_paged()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        string id = (await api.ScheduleAsync(new JsonObject { ["overlap"] = "allow" })).Text("id");
        List<string> runs = [];
        for (int i = 0; i < 3; i++)
        {
            runs.Insert(0, (await RunAsync(api, id)).Text("id"));
        }

        JsonElement first = await api.GetAsync($"v1/schedules/{id}/runs?limit=2");
        Assert.Equal((runs[1], true), (first.Text("last_id"), first.GetProperty("has_more").GetBoolean()));
        JsonElement second = await api.GetAsync($"v1/schedules/{id}/runs?limit=2&after={runs[1]}");
        Assert.Equal((runs[2], false), (second.GetProperty("data")[0].Text("id"), second.GetProperty("has_more").GetBoolean()));
    }

    private static async Task<JsonElement> RunAsync(ApiClient api, string id) =>
        await api.EndOfRunAsync(id, (await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/run")).Text("id"));

    /// <summary>Lets the next time of the schedule come.</summary>
    private async Task TickAsync(string id) => await ScheduleClock.RecordDueAsync(
        fixture.Database.Contexts, (await fixture.Database.ScheduleAsync(id)).NextRunAt!.Value, TimeSpan.FromMinutes(1), default);

    private async Task EndAsync(ApiClient api, string batchId)
    {
        await api.WaitAsync(batchId, "in_progress");
        await fixture.NewWorker().AnswerAllAsync(batchId, _ => (200, Answer));
        await api.WaitAsync(batchId, "completed");
    }

    private static async Task<string[]> BatchesAsync(ApiClient api) =>
        [.. (await api.GetAsync("v1/batches?limit=100")).GetProperty("data").EnumerateArray().Select(batch => batch.Text("id")).Order()];
}
