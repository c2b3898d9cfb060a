using System.Net.ServerSentEvents;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

/// <summary>Progress as server-sent events.</summary>
public sealed class EventsTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[]}""";

    [Fact]
    public async Task Every_change_is_told_and_the_end_is_the_last()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(4))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        using HttpResponseMessage response = await OpenAsync(api, id);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using IAsyncEnumerator<SseItem<string>> events = Events(response).GetAsyncEnumerator();

        JsonElement first = await NextAsync(events, "progress");
        Assert.Equal(["object", "batch_id", "status", "request_counts", "remaining", "requests_per_second", "estimated_finish_at"], first.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("batch.progress", id, "in_progress", "null"), (first.Text("object"), first.Text("batch_id"), first.Text("status"), first.Raw("estimated_finish_at")));
        Assert.Equal("""{"total":4,"completed":0,"failed":0}""", first.Raw("request_counts"));

        await worker.AnswerAsync(jobs[..2], _ => (200, Answer));
        JsonElement half = await NextAsync(events, "progress");
        Assert.Equal("""{"total":4,"completed":2,"failed":0}""", half.Raw("request_counts"));
        Assert.Equal(2, half.GetProperty("remaining").GetInt32());
        Assert.True(half.GetProperty("requests_per_second").GetDouble() > 0);
        Assert.True(half.GetProperty("estimated_finish_at").GetInt64() >= TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60);

        await worker.AnswerAsync(jobs[2..], _ => (500, Answer));
        JsonElement end = default;
        string type = "";
        while (type != "end")
        {
            Assert.True(await events.MoveNextAsync());
            (type, end) = (events.Current.EventType, JsonElement.Parse(events.Current.Data));
        }

        Assert.Equal(("completed", 0), (end.Text("status"), end.GetProperty("remaining").GetInt32()));
        Assert.Equal("""{"total":4,"completed":2,"failed":2}""", end.Raw("request_counts"));
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task A_batch_that_has_ended_has_one_event()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync("{}")).Text("id");
        using HttpResponseMessage response = await OpenAsync(api, id);
        List<SseItem<string>> events = await Events(response).ToListAsync();
        SseItem<string> only = Assert.Single(events);
        Assert.Equal(("end", "failed"), (only.EventType, JsonElement.Parse(only.Data).Text("status")));
    }

    [Fact]
    public async Task Where_nothing_happens_a_comment_says_that_the_connection_lives()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(1))).Text("id");
        using HttpResponseMessage response = await OpenAsync(api, id);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string? line = await reader.ReadLineAsync();
        while (line is not null && !line.StartsWith(':'))
        {
            line = await reader.ReadLineAsync();
        }

        Assert.NotNull(line);
    }

    [Fact]
    public async Task Many_who_follow_cost_the_database_no_query_each()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(2))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => OpenAsync(api, id)));
        List<IAsyncEnumerator<SseItem<string>>> followers = [.. responses.Select(response => Events(response).GetAsyncEnumerator())];
        await Task.WhenAll(followers.Select(events => NextAsync(events, "progress")));
        // Forty are connected, and the API holds no more connections than it has services.
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN pipeline_progress%'");
        Assert.Equal(1L, await command.ExecuteScalarAsync());
        await worker.AnswerAsync(jobs, _ => (200, Answer));
        await Task.WhenAll(followers.Select(async events =>
        {
            while (await events.MoveNextAsync() && events.Current.EventType != "end")
            {
            }

            Assert.Equal("completed", JsonElement.Parse(events.Current.Data).Text("status"));
            await events.DisposeAsync();
        }));
        Array.ForEach(responses, response => response.Dispose());
    }

    private static Task<HttpResponseMessage> OpenAsync(ApiClient api, string id) =>
        api.Http.GetAsync($"v1/batches/{id}/events", HttpCompletionOption.ResponseHeadersRead);

    private static async IAsyncEnumerable<SseItem<string>> Events(HttpResponseMessage response)
    {
        await foreach (SseItem<string> item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            yield return item;
        }
    }

    private static async Task<JsonElement> NextAsync(IAsyncEnumerator<SseItem<string>> events, string type)
    {
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(type, events.Current.EventType);
        return JsonElement.Parse(events.Current.Data);
    }
}
