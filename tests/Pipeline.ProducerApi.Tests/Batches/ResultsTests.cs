using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pipeline.Data.Claims;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

/// <summary>Results while the batch runs.</summary>
public sealed class ResultsTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[]}""";
    private const string Refusal = """{"error":{"message":"no","type":"server_error","param":null,"code":null}}""";

    [Fact]
    public async Task Lines_come_page_by_page_in_the_order_in_which_they_end()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(6))).Text("id");
        Assert.Equal("""{"object":"list","data":[],"next_cursor":"0","has_more":false,"batch_status":"in_progress"}""", (await PageAsync(api, id, "")).GetRawText());
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        await worker.AnswerAsync(jobs[4..], _ => (200, Answer));
        await worker.AnswerAsync(jobs[..1], _ => (500, Refusal));

        JsonElement page = await PageAsync(api, id, "?limit=2");
        Assert.Equal(["r5", "r6"], CustomIds(page));
        Assert.True(page.GetProperty("has_more").GetBoolean());
        JsonElement next = await PageAsync(api, id, "?limit=2&after=" + page.Text("next_cursor"));
        JsonElement failed = Assert.Single(next.GetProperty("data").EnumerateArray());
        Assert.Equal(["id", "custom_id", "response", "error", "cursor"], failed.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("r1", Refusal, "3"), (failed.Text("custom_id"), failed.GetProperty("response").Raw("body"), failed.Text("cursor")));
        Assert.False(next.GetProperty("has_more").GetBoolean());

        // Nothing new; then, from the same cursor, what has ended since.
        string cursor = next.Text("next_cursor");
        Assert.Empty(CustomIds(await PageAsync(api, id, "?after=" + cursor)));
        await worker.AnswerAsync(jobs[1..4], _ => (200, Answer));
        await api.WaitAsync(id, "completed");
        JsonElement last = await PageAsync(api, id, "?after=" + cursor);
        Assert.Equal(["r2", "r3", "r4"], CustomIds(last));
        Assert.Equal("completed", last.Text("batch_status"));
    }

    [Fact]
    public async Task A_line_is_that_of_the_output_file_and_brings_its_input_when_asked()
    {
        ApiClient api = fixture.Require();
        string input = api.Line("r1", "é \"quoted\"");
        string id = (await api.SubmitAsync(input)).Text("id");
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, "{\n\"a\": 1}"));
        JsonElement batch = await api.WaitAsync(id, "completed");
        string written = (await api.LinesOfAsync(batch.Text("output_file_id")))[0].GetRawText();
        string line = (await PageAsync(api, id, "?include=input")).GetProperty("data")[0].GetRawText();
        Assert.StartsWith(written[..^1] + ",\"cursor\":\"1\",\"input\":", line, StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(input), JsonElement.Parse(line).GetProperty("input")));
    }

    [Fact]
    public async Task A_stream_has_a_line_each_and_goes_on_after_a_cursor()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(300))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, Answer));
        string[] lines = (await StreamAsync(api, id, "")).TrimEnd('\n').Split('\n');
        Assert.Equal(Enumerable.Range(1, 300).Select(i => $"{i}"), lines.Select(line => JsonElement.Parse(line).Text("cursor")));
        string[] rest = (await StreamAsync(api, id, "?after=" + JsonElement.Parse(lines[269]).Text("cursor"))).TrimEnd('\n').Split('\n');
        Assert.Equal(lines[270..], rest);
    }

    [Fact]
    public async Task Who_follows_gets_lines_as_they_end_until_the_batch_has_ended()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(3))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        using HttpResponseMessage response = await api.Http.SendAsync(Request(id, "?follow=true"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        foreach (ClaimedJob job in Enumerable.Reverse(jobs))
        {
            // Each is read before the next has ended.
            await worker.AnswerAsync([job], _ => (200, Answer));
            JsonElement line = JsonElement.Parse(await NextLineAsync(reader));
            Assert.Equal($"r{jobs.IndexOf(job) + 1}", line.Text("custom_id"));
        }

        Assert.Equal("", await RestAsync(reader));
        Assert.Equal("completed", (await api.GetAsync("v1/batches/" + id)).Text("status"));
    }

    [Fact]
    public async Task A_retried_line_leaves_its_place_and_comes_again_when_it_ends_again()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(3))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        await worker.AnswerAsync(jobs, job => job == jobs[1] ? (500, Refusal) : (200, Answer));
        await api.WaitAsync(id, "completed");
        using HttpResponseMessage retry = await api.Http.PostAsync($"v1/batches/{id}/retry", null);
        await ApiClient.OkAsync(retry);
        Assert.Equal(["r1", "r3"], CustomIds(await PageAsync(api, id, "")));
        await worker.AnswerAllAsync(id, _ => (200, Answer));
        JsonElement all = await PageAsync(api, id, "");
        Assert.Equal(["r1", "r3", "r2"], CustomIds(all));
        Assert.Equal(["1", "3", "4"], all.GetProperty("data").EnumerateArray().Select(line => line.Text("cursor")));
    }

    [Fact]
    public async Task Cancelled_lines_are_among_the_results()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(2))).Text("id");
        using HttpResponseMessage cancel = await api.Http.PostAsync($"v1/batches/{id}/cancel", null);
        await api.WaitAsync(id, "cancelled");
        JsonElement page = await PageAsync(api, id, "");
        Assert.All(page.GetProperty("data").EnumerateArray(), line => Assert.Equal("batch_cancelled", line.GetProperty("error").Text("code")));
        Assert.Equal(2, page.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?after=x", "after")]
    [InlineData("?after=-1", "after")]
    [InlineData("?include=output", "include")]
    public async Task What_makes_no_sense_is_refused(string query, string param)
    {
        ApiClient api = fixture.Require();
        string id = (await api.CreateAsync("file-x")).Text("id");
        using HttpResponseMessage response = await api.Http.GetAsync($"v1/batches/{id}/results{query}");
        Assert.Equal(param, (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("param"));
    }

    [Fact]
    public async Task No_tenant_sees_the_results_or_the_events_of_another()
    {
        ApiClient api = fixture.Require();
        string id = (await api.CreateAsync("file-x")).Text("id");
        ApiClient other = await fixture.NewTenantAsync();
        foreach (string part in new[] { "results", "events" })
        {
            using HttpResponseMessage response = await other.Http.GetAsync($"v1/batches/{id}/{part}");
            await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
        }
    }

    private static string[] CustomIds(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(line => line.Text("custom_id"))];

    private static Task<JsonElement> PageAsync(ApiClient api, string id, string query) => api.GetAsync($"v1/batches/{id}/results{query}");

    private static HttpRequestMessage Request(string id, string query) =>
        new(HttpMethod.Get, $"v1/batches/{id}/results{query}") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/x-ndjson") } } };

    private static async Task<string> StreamAsync(ApiClient api, string id, string query)
    {
        using HttpResponseMessage response = await api.Http.SendAsync(Request(id, query));
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<string> NextLineAsync(StreamReader reader)
    {
        string? line = "";
        while (line is "")
        {
            line = await reader.ReadLineAsync();
        }

        return line ?? throw new InvalidOperationException("The stream ended.");
    }

    private static async Task<string> RestAsync(StreamReader reader) => (await reader.ReadToEndAsync()).Trim('\n');
}
