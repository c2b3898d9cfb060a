using System.Text.Json;
using Pipeline.Data.Claims;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Contract;

/// <summary>OpenAI's contract for the life of a batch and its output and error files, a test for each of its sentences.</summary>
public sealed class OutputContractTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"é \"x\""},"finish_reason":"stop"}]}""";
    private const string Refusal = """{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""";

    [Fact]
    public async Task A_batch_completes_and_its_output_has_a_line_for_each_request_with_its_response_and_no_error()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(130))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        // In the wrong order, and in groups: the file is in the order of the lines all the same.
        foreach (ClaimedJob[] group in Enumerable.Reverse(jobs).Chunk(17))
        {
            await worker.AnswerAsync(group, _ => (200, Answer));
        }

        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.Equal("""{"total":130,"completed":130,"failed":0}""", batch.Raw("request_counts"));
        Assert.Equal(
            """{"input_tokens":1300,"output_tokens":650,"total_tokens":1950,"input_tokens_details":{"cached_tokens":520},"output_tokens_details":{"reasoning_tokens":130}}""",
            batch.Raw("usage"));
        Assert.Equal("null", batch.Raw("error_file_id"));
        Assert.NotEqual("null", batch.Raw("finalizing_at"));
        Assert.NotEqual("null", batch.Raw("completed_at"));
        JsonElement[] lines = await api.LinesOfAsync(batch.Text("output_file_id"));
        Assert.Equal(Enumerable.Range(1, 130).Select(i => $"r{i}"), lines.Select(line => line.Text("custom_id")));
        Assert.Equal(130, lines.Select(line => line.Text("id")).Distinct().Count());
        JsonElement first = lines[0];
        Assert.Equal(["id", "custom_id", "response", "error"], first.EnumerateObject().Select(p => p.Name));
        Assert.Matches("^batch_req_[0-9a-f]{32}$", first.Text("id"));
        Assert.Equal("null", first.Raw("error"));
        JsonElement response = first.GetProperty("response");
        Assert.Equal(["status_code", "request_id", "body"], response.EnumerateObject().Select(p => p.Name));
        Assert.Equal(200, response.GetProperty("status_code").GetInt32());
        Assert.StartsWith("req_", response.Text("request_id"), StringComparison.Ordinal);
        Assert.Equal(Answer, response.Raw("body"));
        JsonElement file = await api.GetAsync("v1/files/" + batch.Text("output_file_id"));
        Assert.Equal(("batch_output", $"{id}_output.jsonl"), (file.Text("purpose"), file.Text("filename")));
        Assert.Equal(2_592_000, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
    }

    [Fact]
    public async Task A_line_that_failed_is_in_the_error_file_with_the_error_in_the_body_of_its_response()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(3))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(id, job => job.Body.Contains("hello", StringComparison.Ordinal) && job.Id % 3 == 0 ? (400, Refusal) : (200, Answer));
        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.Equal("""{"total":3,"completed":2,"failed":1}""", batch.Raw("request_counts"));
        Assert.Equal(2, (await api.LinesOfAsync(batch.Text("output_file_id"))).Length);
        JsonElement line = Assert.Single(await api.LinesOfAsync(batch.Text("error_file_id")));
        Assert.Equal(400, line.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal(Refusal, line.GetProperty("response").Raw("body"));
        Assert.Equal("null", line.Raw("error"));
    }

    [Fact]
    public async Task A_batch_of_which_every_line_failed_is_completed_without_an_output_file()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(2))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(id, _ => (500, Refusal));
        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.Equal("null", batch.Raw("output_file_id"));
        Assert.Equal(2, (await api.LinesOfAsync(batch.Text("error_file_id"))).Length);
    }

    [Fact]
    public async Task The_output_expires_when_output_expires_after_says()
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.PostAsync("v1/batches", new
        {
            input_file_id = await api.UploadAsync(api.Lines(1)),
            endpoint = ApiClient.Chat,
            completion_window = "24h",
            output_expires_after = new { anchor = "created_at", seconds = 7200 },
        });
        string id = (await ApiClient.OkAsync(response)).Text("id");
        await api.WaitAsync(id, "in_progress");
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, Answer));
        JsonElement file = await api.GetAsync("v1/files/" + (await api.WaitAsync(id, "completed")).Text("output_file_id"));
        Assert.Equal(7200, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
    }

    [Fact]
    public async Task A_batch_goes_from_validating_over_in_progress_and_finalizing_to_completed_and_dates_each()
    {
        ApiClient api = fixture.Require();
        JsonElement created = await api.CreateAsync(await api.UploadAsync(api.Lines(1)));
        Assert.Equal("validating", created.Text("status"));
        string id = created.Text("id");
        Assert.Equal("null", (await api.WaitAsync(id, "in_progress")).Raw("finalizing_at"));
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, Answer));
        JsonElement batch = await api.WaitAsync(id, "completed");
        long[] times = [.. new[] { "created_at", "in_progress_at", "finalizing_at", "completed_at" }.Select(name => batch.GetProperty(name).GetInt64())];
        Assert.Equal(times.Order(), times);
        Assert.All(new[] { "failed_at", "expired_at", "cancelling_at", "cancelled_at" }, name => Assert.Equal("null", batch.Raw(name)));
    }
}
