using System.Net;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class RetryTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[]}""";
    private const string Refusal = """{"error":{"message":"no","type":"server_error","param":null,"code":null}}""";

    [Fact]
    public async Task Failed_lines_are_run_again_and_completed_ones_are_not()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(5))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        await worker.AnswerAllAsync(id, job => job.Body.Contains("hello", StringComparison.Ordinal) && job.Id % 2 == 0 ? (500, Refusal) : (200, Answer));
        JsonElement before = await api.WaitAsync(id, "completed");
        int failed = before.GetProperty("request_counts").GetProperty("failed").GetInt32();
        string[] completed = [.. (await api.LinesOfAsync(before.Text("output_file_id"))).Select(line => line.GetRawText())];

        JsonElement retried = await RetryAsync(api, id);
        Assert.Equal("in_progress", retried.Text("status"));
        Assert.Equal($$"""{"total":5,"completed":{{5 - failed}},"failed":0}""", retried.Raw("request_counts"));
        Assert.Equal(("null", "null"), (retried.Raw("completed_at"), retried.Raw("finalizing_at")));
        // What is there can be had until it is replaced.
        Assert.Equal(before.Text("output_file_id"), retried.Text("output_file_id"));
        Assert.Equal(5 - failed, (await api.LinesOfAsync(before.Text("output_file_id"))).Length);

        List<ClaimedJob> again = await worker.ClaimAsync(id);
        Assert.Equal(failed, again.Count);
        Assert.All(again, job => Assert.Equal(2, job.Attempt));
        await worker.AnswerAsync(again, _ => (200, """{"second":true}"""));
        JsonElement after = await api.WaitAsync(id, "completed");
        Assert.Equal("""{"total":5,"completed":5,"failed":0}""", after.Raw("request_counts"));
        Assert.Equal("null", after.Raw("error_file_id"));
        JsonElement[] lines = await api.LinesOfAsync(after.Text("output_file_id"));
        Assert.Equal(Enumerable.Range(1, 5).Select(i => $"r{i}"), lines.Select(line => line.Text("custom_id")));
        Assert.Empty(completed.Except(lines.Select(line => line.GetRawText())));

        // The old files are gone, and the ledger has every attempt.
        foreach (string name in new[] { "output_file_id", "error_file_id" })
        {
            using HttpResponseMessage gone = await api.Http.GetAsync("v1/files/" + before.Text(name));
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }

        JsonElement cost = await api.GetAsync($"v1/batches/{id}/cost");
        Assert.Equal($$"""{"completed":5,"failed":{{failed}}}""", cost.Raw("outcomes"));
    }

    [Fact]
    public async Task Cancel_then_retry_is_pause_and_resume()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(4))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        await worker.AnswerAsync(await worker.ClaimAsync(id, atMost: 1), _ => (200, Answer));
        using HttpResponseMessage cancel = await api.Http.PostAsync($"v1/batches/{id}/cancel", null);
        await ApiClient.OkAsync(cancel);
        await api.WaitAsync(id, "cancelled");
        Assert.Equal("in_progress", (await RetryAsync(api, id)).Text("status"));
        // Repeated, as by a client that got no answer: nothing more happens.
        Assert.Equal("in_progress", (await RetryAsync(api, id)).Text("status"));
        List<ClaimedJob> rest = await worker.ClaimAsync(id);
        Assert.Equal(3, rest.Count);
        Assert.All(rest, job => Assert.Equal(1, job.Attempt));
        await worker.AnswerAsync(rest, _ => (200, Answer));
        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.Equal(("null", "null", "null"), (batch.Raw("cancelling_at"), batch.Raw("cancelled_at"), batch.Raw("error_file_id")));
        Assert.Equal(4, (await api.LinesOfAsync(batch.Text("output_file_id"))).Length);
    }

    [Fact]
    public async Task An_expired_batch_gets_a_new_window()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(2))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> late = await worker.ClaimAsync(id, atMost: 1);
        await ExecuteAsync("UPDATE batches SET expires_at = now() - interval '1 second' WHERE id = $1", id);
        await OpenJobsEnding.ExpireAsync(fixture.Database.DataSource, default);
        await api.WaitAsync(id, "expired");
        JsonElement retried = await RetryAsync(api, id);
        Assert.Equal("null", retried.Raw("expired_at"));
        Assert.InRange(retried.GetProperty("expires_at").GetInt64() - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), 86_000, 86_401);
        Assert.Equal(0, await OpenJobsEnding.ExpireAsync(fixture.Database.DataSource, default));

        // Who still runs the expired attempt comes too late: the fence.
        await worker.AnswerAsync(late, _ => (200, """{"late":true}"""));
        await worker.AnswerAllAsync(id, _ => (200, Answer));
        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.All(await api.LinesOfAsync(batch.Text("output_file_id")), line => Assert.Equal(Answer, line.GetProperty("response").Raw("body")));
        Assert.Equal("""{"completed":2,"fenced":1}""", (await api.GetAsync($"v1/batches/{id}/cost")).Raw("outcomes"));
    }

    [Fact]
    public async Task A_batch_cancelled_before_its_lines_were_read_is_read_after_all()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(3))).Text("id");
        // As the cancellation of a batch leaves it that no validator got at.
        await ExecuteAsync("DELETE FROM jobs WHERE batch_id = $1", id);
        await ExecuteAsync(
            "UPDATE batches SET status = 'cancelled', total = 0, remaining = 0, model = NULL, in_progress_at = NULL, cancelling_at = now(), cancelled_at = now() WHERE id = $1", id);
        await RetryAsync(api, id);
        JsonElement batch = await api.WaitAsync(id, "in_progress");
        Assert.Equal("""{"total":3,"completed":0,"failed":0}""", batch.Raw("request_counts"));
    }

    [Fact]
    public async Task Lines_that_have_failed_so_far_are_retried_while_the_others_run()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(3))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        await worker.AnswerAsync(jobs[..1], _ => (500, Refusal));
        Assert.Equal("""{"total":3,"completed":0,"failed":0}""", (await RetryAsync(api, id)).Raw("request_counts"));
        await worker.AnswerAsync(jobs[1..], _ => (200, Answer));
        await worker.AnswerAllAsync(id, _ => (200, Answer));
        Assert.Equal("""{"total":3,"completed":3,"failed":0}""", (await api.WaitAsync(id, "completed")).Raw("request_counts"));
    }

    [Fact]
    public async Task What_cannot_be_retried_is_said_and_clients_are_told_not_to_try_again()
    {
        ApiClient api = fixture.Require();
        string completed = (await api.SubmitAsync(api.Lines(1))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(completed, _ => (200, Answer));
        await api.WaitAsync(completed, "completed");
        string failed = (await api.SubmitAsync("{}")).Text("id");
        string purged = (await api.SubmitAsync(api.Lines(2))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(purged, _ => (500, Refusal));
        await api.WaitAsync(purged, "completed");
        await ExecuteAsync("DELETE FROM jobs WHERE batch_id = $1 AND line = 1", purged);
        foreach ((string id, string message) in new[]
        {
            (completed, "Cannot retry a batch of which every request has been completed."),
            (failed, "Cannot retry a batch with status 'failed'."),
            (purged, "Cannot retry a batch whose requests have been deleted after their retention."),
        })
        {
            using HttpResponseMessage response = await api.Http.PostAsync($"v1/batches/{id}/retry", null);
            JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.Conflict);
            Assert.Equal(message, error.Text("message"));
            Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-should-retry")));
        }

        ApiClient other = await fixture.NewTenantAsync();
        using HttpResponseMessage foreign = await other.Http.PostAsync($"v1/batches/{completed}/retry", null);
        await ApiClient.ErrorAsync(foreign, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Retries_at_the_same_time_put_each_line_back_once()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(150))).Text("id");
        StandInWorker worker = fixture.NewWorker();
        await worker.AnswerAllAsync(id, _ => (500, Refusal));
        await api.WaitAsync(id, "completed");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RetryAsync(api, id)));
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        Assert.Equal(150, jobs.Select(job => job.Id).Distinct().Count());
        Assert.Equal([64, 64, 22], jobs.GroupBy(job => job.SliceId).Select(slice => slice.Count()));
        await worker.AnswerAsync(jobs, _ => (200, Answer));
        Assert.Equal("""{"total":150,"completed":150,"failed":0}""", (await api.WaitAsync(id, "completed")).Raw("request_counts"));
    }

    private static async Task<JsonElement> RetryAsync(ApiClient api, string id)
    {
        using HttpResponseMessage response = await api.Http.PostAsync($"v1/batches/{id}/retry", null);
        return await ApiClient.OkAsync(response);
    }

    private async Task ExecuteAsync(string sql, string id)
    {
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync();
    }
}
