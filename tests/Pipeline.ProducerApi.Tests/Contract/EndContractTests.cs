using System.Net;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Contract;

/// <summary>OpenAI's contract for cancelling and expiry, a test for each of its sentences.</summary>
public sealed class EndContractTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"é \"x\""},"finish_reason":"stop"}]}""";

    [Fact]
    public async Task A_cancel_without_a_body_answers_cancelling_and_lines_that_finish_stay_in_the_output()
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
    public async Task A_batch_cancelled_while_it_is_validated_has_no_lines_and_no_files()
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
    public async Task To_cancel_what_is_completed_or_failed_is_a_409_that_says_not_to_try_again()
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
    public async Task An_expired_batch_keeps_what_is_done_and_its_other_lines_count_as_neither_completed_nor_failed()
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
}
