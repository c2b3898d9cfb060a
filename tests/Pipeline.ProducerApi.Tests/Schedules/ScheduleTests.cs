using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Schedules;

public sealed class ScheduleTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Secret = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";

    [Fact]
    public async Task A_schedule_is_made_shown_listed_changed_paused_resumed_and_deleted()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        JsonElement made = await api.ScheduleAsync(new JsonObject { ["cron"] = "30 2 * * *", ["time_zone"] = "Europe/Berlin" });
        string path = "v1/schedules/" + made.Text("id");
        Assert.Matches("^sched_[0-9a-f]{32}$", made.Text("id"));
        Assert.Equal(
            ("schedule", "nightly", "active", "30 2 * * *", "Europe/Berlin", "run_once", 10, "skip"),
            (made.Text("object"), made.Text("name"), made.Text("status"), made.Text("cron"), made.Text("time_zone"), made.Text("missed_runs"), made.GetProperty("missed_runs_limit").GetInt32(), made.Text("overlap")));
        Assert.Equal(5, made.GetProperty("next_runs").GetArrayLength());
        Assert.Equal(made.GetRawText(), (await api.GetAsync(path)).GetRawText());

        JsonElement changed = await api.SendAsync(HttpMethod.Post, path, new JsonObject { ["name"] = "hourly", ["cron"] = "0 * * * *", ["missed_runs"] = "run_all", ["missed_runs_limit"] = 4, ["overlap"] = "queue" });
        Assert.Equal(("hourly", "0 * * * *", "Europe/Berlin", "run_all", "queue"), (changed.Text("name"), changed.Text("cron"), changed.Text("time_zone"), changed.Text("missed_runs"), changed.Text("overlap")));
        long[] next = [.. changed.GetProperty("next_runs").EnumerateArray().Select(time => time.GetInt64())];
        Assert.Equal(Enumerable.Range(0, 5).Select(hour => next[0] + (3600 * hour)), next);

        JsonElement paused = await api.SendAsync(HttpMethod.Post, path + "/pause");
        Assert.Equal(("paused", "[]"), (paused.Text("status"), paused.Raw("next_runs")));
        Assert.Equal("active", (await api.SendAsync(HttpMethod.Post, path + "/resume")).Text("status"));

        string second = (await api.ScheduleAsync()).Text("id");
        JsonElement first = await api.GetAsync("v1/schedules?limit=1");
        Assert.Equal((second, true), (first.GetProperty("data")[0].Text("id"), first.GetProperty("has_more").GetBoolean()));
        Assert.Equal(made.Text("id"), (await api.GetAsync("v1/schedules?limit=1&after=" + second)).GetProperty("data")[0].Text("id"));

        Assert.True((await api.SendAsync(HttpMethod.Delete, path)).GetProperty("deleted").GetBoolean());
        using HttpResponseMessage gone = await api.Http.GetAsync(path);
        await ApiClient.ErrorAsync(gone, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_create_that_is_repeated_under_its_key_makes_one_schedule_and_a_run_one_run()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        JsonObject body = await api.ScheduleBodyAsync();
        string id = (await api.SendAsync(HttpMethod.Post, "v1/schedules", body, "a")).Text("id");
        Assert.Equal(id, (await api.SendAsync(HttpMethod.Post, "v1/schedules", body, "a")).Text("id"));
        Assert.Equal(1, (await api.GetAsync("v1/schedules")).GetProperty("data").GetArrayLength());
        string run = (await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/run", key: "b")).Text("id");
        Assert.Equal(run, (await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/run", key: "b")).Text("id"));
        Assert.Equal(1, (await api.GetAsync($"v1/schedules/{id}/runs")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task The_secret_of_a_webhook_is_not_shown()
    {
        ApiClient api = fixture.Require();
        JsonObject body = await api.ScheduleBodyAsync();
        body["batch"]!["webhook"] = new JsonObject { ["url"] = "https://example.com/", ["secret"] = Secret };
        JsonElement made = await api.SendAsync(HttpMethod.Post, "v1/schedules", body);
        Assert.Equal("""{"url":"https://example.com/"}""", made.GetProperty("batch").Raw("webhook"));
        Assert.DoesNotContain("whsec_", (await api.GetAsync("v1/schedules/" + made.Text("id"))).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", null, "name", "missing_required_parameter")]
    [InlineData("name", "\"\"", "name", "empty_string")]
    [InlineData("name", "7", "name", "invalid_type")]
    [InlineData("cron", null, "cron", "missing_required_parameter")]
    [InlineData("cron", "\"* * * * * *\"", "cron", "invalid_value")]
    [InlineData("cron", "\"every night\"", "cron", "invalid_value")]
    [InlineData("cron", "\"0 0 30 2 *\"", "cron", "invalid_value")]
    [InlineData("time_zone", "\"Berlin\"", "time_zone", "invalid_value")]
    [InlineData("missed_runs", "\"all\"", "missed_runs", "invalid_value")]
    [InlineData("missed_runs", "\"run_all\"", "missed_runs", "invalid_value")]
    [InlineData("missed_runs_limit", "0", "missed_runs_limit", "integer_below_min_value")]
    [InlineData("missed_runs_limit", "101", "missed_runs_limit", "integer_above_max_value")]
    [InlineData("overlap", "true", "overlap", "invalid_type")]
    [InlineData("batch", null, "batch", "missing_required_parameter")]
    [InlineData("batch", "[]", "batch", "invalid_type")]
    [InlineData("batch", "{}", "batch.input_file_id", "missing_required_parameter")]
    [InlineData("batch", """{"input_file_id":"file-1","endpoint":"/v1/chat/completions","completion_window":"1m"}""", "batch.completion_window", "invalid_value")]
    [InlineData("batch", """{"input_file_id":"file-1","endpoint":"/v1/chat/completions","completion_window":"24h"}""", "batch.input_file_id", "file_not_found")]
    public async Task What_cannot_be_is_refused_by_name(string field, string? value, string param, string code)
    {
        ApiClient api = fixture.Require();
        JsonObject body = await api.ScheduleBodyAsync();
        body.Remove(field);
        if (value is not null)
        {
            body[field] = JsonNode.Parse(value);
        }

        using HttpResponseMessage response = await api.Http.PostAsync("v1/schedules", JsonContent.Create(body));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task A_placeholder_that_is_not_known_is_found_when_the_schedule_is_made()
    {
        ApiClient api = fixture.Require();
        JsonObject body = await api.ScheduleBodyAsync(api.Line("a") + "\n" + api.Line("b", "news of {{run.day}}"));
        using HttpResponseMessage response = await api.Http.PostAsync("v1/schedules", JsonContent.Create(body));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(("batch.input_file_id", "unknown_placeholder"), (error.Text("param"), error.Text("code")));
        Assert.Contains("Line 2", error.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/pause")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/run")]
    [InlineData("GET", "/runs")]
    [InlineData("GET", "/runs/{run}")]
    public async Task No_tenant_touches_the_schedules_of_another(string method, string tail)
    {
        ApiClient api = fixture.Require();
        string id = (await api.ScheduleAsync(new JsonObject { ["overlap"] = "allow" })).Text("id");
        string run = (await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/run")).Text("id");
        ApiClient other = await fixture.NewTenantAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), $"v1/schedules/{id}{tail.Replace("{run}", run, StringComparison.Ordinal)}");
        request.Content = method == "POST" ? new StringContent("{}", null, "application/json") : null;
        using HttpResponseMessage response = await other.Http.SendAsync(request);
        await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
        Assert.Equal("active", (await api.GetAsync("v1/schedules/" + id)).Text("status"));
        Assert.Single((await api.GetAsync($"v1/schedules/{id}/runs")).GetProperty("data").EnumerateArray());
        Assert.Empty((await other.GetAsync("v1/schedules")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task The_file_of_another_tenant_is_no_template()
    {
        ApiClient api = fixture.Require();
        JsonObject body = await api.ScheduleBodyAsync();
        ApiClient other = await fixture.NewTenantAsync();
        using HttpResponseMessage response = await other.Http.PostAsync("v1/schedules", JsonContent.Create(body));
        Assert.Equal("file_not_found", (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("code"));
    }
}
