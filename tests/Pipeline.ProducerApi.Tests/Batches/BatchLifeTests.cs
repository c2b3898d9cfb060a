using System.Globalization;
using System.Net;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class BatchLifeTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"é \"x\""},"finish_reason":"stop"}]}""";
    private const string Refusal = """{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""";

    [Fact]
    public async Task A_batch_completes_and_its_output_has_every_line_in_order()
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
    public async Task Lines_that_fail_go_into_the_error_file_with_their_answer()
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
    public async Task A_body_with_line_ends_stays_one_line()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(1))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, "{\r\n  \"a\": \"b\\nc\"\n}"));
        JsonElement batch = await api.WaitAsync(id, "completed");
        JsonElement line = Assert.Single(await api.LinesOfAsync(batch.Text("output_file_id")));
        Assert.Equal("b\nc", line.GetProperty("response").GetProperty("body").Text("a"));
    }

    [Fact]
    public async Task The_output_expires_when_the_submitter_says()
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
    public async Task Cancelling_keeps_what_is_done_and_says_of_the_rest_that_it_was_cancelled()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(5))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> running = await worker.ClaimAsync(id, atMost: 2);
        using HttpRequestMessage request = new(HttpMethod.Post, $"v1/batches/{id}/cancel") { Content = new ByteArrayContent([]) };
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        JsonElement cancelling = await ApiClient.OkAsync(response);
        Assert.Equal("cancelling", cancelling.Text("status"));
        Assert.NotEqual("null", cancelling.Raw("cancelling_at"));

        // The running ones may finish; until they have, the batch waits for them.
        await Task.Delay(300);
        Assert.Equal("cancelling", (await api.GetAsync("v1/batches/" + id)).Text("status"));
        await worker.AnswerAsync(running, _ => (200, Answer));

        JsonElement batch = await api.WaitAsync(id, "cancelled");
        Assert.NotEqual("null", batch.Raw("cancelled_at"));
        Assert.Equal("""{"total":5,"completed":2,"failed":0}""", batch.Raw("request_counts"));
        Assert.Equal(["r1", "r2"], (await api.LinesOfAsync(batch.Text("output_file_id"))).Select(line => line.Text("custom_id")));
        JsonElement[] errors = await api.LinesOfAsync(batch.Text("error_file_id"));
        Assert.Equal(["r3", "r4", "r5"], errors.Select(line => line.Text("custom_id")));
        Assert.All(errors, line => Assert.Equal(("null", "batch_cancelled"), (line.Raw("response"), line.GetProperty("error").Text("code"))));

        // Again: allowed, and nothing changes.
        using HttpResponseMessage again = await api.Http.PostAsync($"v1/batches/{id}/cancel", null);
        Assert.Equal(batch.GetRawText(), (await ApiClient.OkAsync(again)).GetRawText());
    }

    [Fact]
    public async Task A_batch_cancelled_before_its_validation_has_no_jobs_and_no_files()
    {
        ApiClient api = fixture.Require();
        string id = "batch_" + Guid.NewGuid().ToString("N");
        await using NpgsqlConnection other = await fixture.Database.DataSource.OpenConnectionAsync();
        await using (NpgsqlTransaction transaction = await other.BeginTransactionAsync())
        {
            // Held, so that no validator gets at it before the cancellation.
            await using NpgsqlCommand hold = new("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", other) { Parameters = { new() { Value = id } } };
            await hold.ExecuteNonQueryAsync();
            await using NpgsqlCommand insert = fixture.Database.DataSource.CreateCommand(
                """
                INSERT INTO batches (id, tenant_id, endpoint, input_file_id, completion_window, priority, status, total, completed, failed, remaining,
                    prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, created_at, expires_at)
                VALUES ($1, $2, $3, $4, '24h', 0, 'validating', 0, 0, 0, 0, 0, 0, 0, 0, now(), now() + interval '1 day')
                """);
            insert.Parameters.Add(new() { Value = id });
            insert.Parameters.Add(new() { Value = api.TenantId });
            insert.Parameters.Add(new() { Value = ApiClient.Chat });
            insert.Parameters.Add(new() { Value = await api.UploadAsync(api.Lines(1)) });
            await insert.ExecuteNonQueryAsync();
            using HttpResponseMessage response = await api.Http.PostAsync($"v1/batches/{id}/cancel", null);
            Assert.Equal("cancelling", (await ApiClient.OkAsync(response)).Text("status"));
        }

        JsonElement batch = await api.WaitAsync(id, "cancelled");
        Assert.Equal(("null", "null"), (batch.Raw("output_file_id"), batch.Raw("error_file_id")));
        Assert.Equal("""{"total":0,"completed":0,"failed":0}""", batch.Raw("request_counts"));
    }

    [Fact]
    public async Task A_batch_that_has_ended_cannot_be_cancelled_and_clients_are_told_not_to_try_again()
    {
        ApiClient api = fixture.Require();
        string completed = (await api.SubmitAsync(api.Lines(1))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(completed, _ => (200, Answer));
        await api.WaitAsync(completed, "completed");
        string failed = (await api.SubmitAsync("{}")).Text("id");
        foreach ((string id, string status) in new[] { (completed, "completed"), (failed, "failed") })
        {
            using HttpResponseMessage response = await api.Http.PostAsync($"v1/batches/{id}/cancel", null);
            JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.Conflict);
            Assert.Equal($"Cannot cancel a batch with status '{status}'.", error.Text("message"));
            Assert.Equal(("invalid_request_error", "null", "null"), (error.Text("type"), error.Raw("param"), error.Raw("code")));
            Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-should-retry")));
        }
    }

    [Fact]
    public async Task An_expired_batch_keeps_what_is_done_and_counts_the_rest_as_neither()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(3))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        await worker.AnswerAsync(await worker.ClaimAsync(id, atMost: 1), _ => (200, Answer));
        await using NpgsqlCommand past = fixture.Database.DataSource.CreateCommand("UPDATE batches SET expires_at = now() - interval '1 second' WHERE id = $1");
        past.Parameters.Add(new() { Value = id });
        await past.ExecuteNonQueryAsync();
        await OpenJobsEnding.ExpireAsync(fixture.Database.DataSource, default);

        JsonElement batch = await api.WaitAsync(id, "expired");
        Assert.NotEqual("null", batch.Raw("expired_at"));
        Assert.Equal("null", batch.Raw("completed_at"));
        Assert.Equal("""{"total":3,"completed":1,"failed":0}""", batch.Raw("request_counts"));
        Assert.Single(await api.LinesOfAsync(batch.Text("output_file_id")));
        JsonElement[] errors = await api.LinesOfAsync(batch.Text("error_file_id"));
        Assert.Equal(2, errors.Length);
        Assert.All(errors, line => Assert.Equal(
            """{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}""", line.Raw("error")));
    }

    [Fact]
    public async Task The_cost_of_a_batch_is_the_sum_of_its_ledger()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(4))).Text("id");
        Assert.Equal(0, (await api.GetAsync($"v1/batches/{id}/cost")).GetProperty("attempts").GetInt32());
        await fixture.NewWorker().AnswerAllAsync(id, job => job.Id % 4 == 0 ? (500, Refusal) : (200, Answer));
        JsonElement cost = await api.GetAsync($"v1/batches/{id}/cost");
        // Four attempts of 3 device-seconds at 1200 an hour.
        Assert.Equal(4m, cost.GetProperty("cost").GetDecimal());
        Assert.Equal("USD", cost.Text("currency"));
        Assert.Equal((4, 4), (cost.GetProperty("attempts").GetInt32(), cost.GetProperty("jobs").GetInt32()));
        Assert.Equal((40, 16, 20), (cost.GetProperty("prompt_tokens").GetInt32(), cost.GetProperty("cached_tokens").GetInt32(), cost.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal((12, 8), (cost.GetProperty("drafted_tokens").GetInt32(), cost.GetProperty("accepted_tokens").GetInt32()));
        Assert.Equal((2d / 3, 1.5), (cost.GetProperty("acceptance_rate").GetDouble(), cost.GetProperty("guessing_gain").GetDouble()));
        Assert.Equal("12 2 4 8", string.Join(' ', new[] { "device_seconds", "queue_seconds", "prefill_seconds", "decode_seconds" }
            .Select(name => cost.GetProperty(name).GetDouble().ToString(CultureInfo.InvariantCulture))));
        Assert.Equal("""{"completed":3,"failed":1}""", cost.Raw("outcomes"));
    }

    [Fact]
    public async Task Two_finalizers_write_one_file()
    {
        ApiClient api = fixture.Require();
        // A second API process on the same database.
        string id = (await api.SubmitAsync(api.Lines(100))).Text("id");
        await using ApiProcessDouble second = await ApiProcessDouble.StartAsync(fixture);
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, Answer));
        await api.WaitAsync(id, "completed");
        await Task.Delay(500);
        JsonElement files = await api.GetAsync("v1/files?purpose=batch_output");
        Assert.Single(files.GetProperty("data").EnumerateArray(), file => file.Text("filename").StartsWith(id, StringComparison.Ordinal));
    }
}
