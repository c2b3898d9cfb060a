using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Documents;

/// <summary>Documents longer than the context of a model of 1000 tokens, a token being a byte.</summary>
public sealed class MergeTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_long_document_is_asked_about_in_parts_whose_answers_are_merged()
    {
        ApiClient api = fixture.Require();
        string text = LongText(16);
        string id = await StartAsync(api, [("long.txt", text), ("short.txt", "short")], maxTokens: 50);
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        ClaimedJob[] parts = [.. jobs.Where(job => job.Asked().Contains("This is part", StringComparison.Ordinal))];
        Assert.InRange(parts.Length, 2, 4);
        Assert.Equal(parts.Length + 1, jobs.Count);
        Assert.All(jobs, job => Assert.StartsWith("Summarize.\n\n", job.Asked(), StringComparison.Ordinal));
        Assert.Contains($"part 1 of {parts.Length} of", parts[0].Asked(), StringComparison.Ordinal);
        // Nothing of the text is lost, and each part fits with its answer.
        Assert.All(Enumerable.Range(1, 16), i => Assert.Single(parts, part => part.Asked().Contains(Paragraph(i), StringComparison.Ordinal)));
        Assert.All(parts, part => Assert.InRange($"user:{part.Asked()}\nassistant:".Length + 50, 0, ApiFixture.PlannedContext));
        // No part could have taken in the first paragraph of the next.
        Assert.All(parts[..^1], part => Assert.True(part.Asked().Length + 50 + 2 * Paragraph(1).Length > ApiFixture.PlannedContext, part.Asked()));
        Assert.Equal(parts.Length + 2, (await api.GetAsync("v1/batches/" + id)).GetProperty("request_counts").GetProperty("total").GetInt32());

        await worker.AnswerAsync(jobs, job => (200, DocumentSteps.Answer($"answer {Array.IndexOf(parts, job) + 1}")));
        ClaimedJob merge = Assert.Single(await ClaimedAsync(worker, id));
        Assert.StartsWith("Summarize.\n\nThe document was too long", merge.Asked(), StringComparison.Ordinal);
        Assert.EndsWith(string.Concat(parts.Select((_, i) => $"\n\nAnswer {i + 1}:\nanswer {i + 1}")), merge.Asked(), StringComparison.Ordinal);
        Assert.Equal("in_progress", (await api.GetAsync("v1/batches/" + id)).Text("status"));
        await worker.AnswerAsync([merge], _ => (200, DocumentSteps.Answer("merged")));

        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.Equal((parts.Length + 2, parts.Length + 2), Counts(batch));
        JsonElement[] lines = await api.DocumentLinesAsync(id);
        Assert.Equal([("long.txt", "merged"), ("short.txt", "answer 0")], lines.Select(line => (line.Text("document"), line.Text("text"))));
        Assert.Equal(parts.Length, lines[0].GetProperty("parts").GetInt32());
        // A bill for all that was run about it.
        Assert.Equal(10 * (parts.Length + 1), lines[0].GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(parts.Length + 1m, lines[0].GetProperty("cost").GetDecimal());
        JsonElement[] output = await api.LinesOfAsync(batch.Text("output_file_id"));
        Assert.Equal(["long.txt//part-1", "long.txt//part-2"], output.Take(2).Select(line => line.Text("custom_id")));
        Assert.Equal("long.txt", output[^1].Text("custom_id"));
    }

    [Fact]
    public async Task Answers_that_do_not_fit_one_merge_are_merged_level_by_level()
    {
        ApiClient api = fixture.Require();
        string id = await api.StartDocumentsAsync([("long.txt", LongText(40))], ("model", fixture.PlannedModel), ("max_tokens", "240"), ("max_cost", "1000"));
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> parts = await worker.ClaimAsync(id);
        Assert.InRange(parts.Count, 8, 20);
        int total = parts.Count + 1;
        await worker.AnswerAsync(parts, job => (200, DocumentSteps.Answer($"<{parts.IndexOf(job)}>" + new string('a', 230))));

        int level = 0;
        List<ClaimedJob> merges = await ClaimedAsync(worker, id);
        while (merges.Count > 1)
        {
            level++;
            total += merges.Count;
            Assert.Equal(total, Counts(await api.GetAsync("v1/batches/" + id)).Total);
            Assert.All(merges, merge => Assert.InRange($"user:{merge.Asked()}\nassistant:".Length + 240, 0, ApiFixture.PlannedContext));
            // In order, each once.
            Assert.Equal(Marks(string.Concat(merges.Select(merge => merge.Asked()))).Order(), Marks(string.Concat(merges.Select(merge => merge.Asked()))));
            List<ClaimedJob> these = merges;
            await worker.AnswerAsync(these, job => (200, DocumentSteps.Answer($"<{these.IndexOf(job)}>" + new string((char)('a' + level), 230))));
            merges = await ClaimedAsync(worker, id);
        }

        Assert.InRange(level, 2, 4);
        await worker.AnswerAsync(merges, _ => (200, DocumentSteps.Answer("all")));
        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.Equal((total, total), Counts(batch));
        // Jobs that came later are held under the cap by what they may cost, too.
        await using PipelineDbContext context = fixture.Database.CreateContext();
        Assert.Equal(total, await context.Jobs.CountAsync(job => job.BatchId == id && job.Quote > 0));
        Assert.Equal("all", Assert.Single(await api.DocumentLinesAsync(id)).Text("text"));

        static int[] Marks(string asked) => [.. System.Text.RegularExpressions.Regex.Matches(asked, "<([0-9]+)>").Select(match => int.Parse(match.Groups[1].Value, null))];
    }

    [Fact]
    public async Task A_document_of_which_a_part_failed_fails_and_a_retry_takes_up_that_part_alone()
    {
        ApiClient api = fixture.Require();
        string id = await StartAsync(api, [("long.txt", LongText(16)), ("other.txt", LongText(16))], maxTokens: 50);
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> parts = await worker.ClaimAsync(id);
        await worker.AnswerAsync(parts, job => job == parts[1] ? (500, """{"error":{"message":"broken"}}""") : (200, DocumentSteps.Answer("ok")));
        ClaimedJob other = Assert.Single(await ClaimedAsync(worker, id));
        await worker.AnswerAsync([other], _ => (200, DocumentSteps.Answer("other merged")));
        JsonElement batch = await api.WaitAsync(id, "completed");
        Assert.Equal((parts.Count + 2, parts.Count), Counts(batch));
        Assert.Equal(2, batch.GetProperty("request_counts").GetProperty("failed").GetInt32());
        JsonElement[] lines = await api.DocumentLinesAsync(id);
        Assert.Equal([("failed", null), ("completed", "other merged")], lines.Select(line => (line.Text("status"), line.TextOrNull("text"))));
        Assert.Equal(("document_part_failed", "The part 'long.txt//part-2' of this document failed: broken"), (lines[0].GetProperty("error").Text("code"), lines[0].GetProperty("error").Text("message")));

        using HttpResponseMessage retry = await api.Http.PostAsync($"v1/batches/{id}/retry", null);
        await ApiClient.OkAsync(retry);
        ClaimedJob again = Assert.Single(await ClaimedAsync(worker, id));
        Assert.Equal(parts[1].Asked(), again.Asked());
        await worker.AnswerAsync([again], _ => (200, DocumentSteps.Answer("second")));
        ClaimedJob merge = Assert.Single(await ClaimedAsync(worker, id));
        Assert.Contains("Answer 2:\nsecond", merge.Asked(), StringComparison.Ordinal);
        await worker.AnswerAsync([merge], _ => (200, DocumentSteps.Answer("merged")));
        Assert.Equal((parts.Count + 2, parts.Count + 2), Counts(await api.WaitAsync(id, "completed")));
        Assert.Equal(["merged", "other merged"], (await api.DocumentLinesAsync(id)).Select(line => line.Text("text")));
    }

    [Fact]
    public async Task A_cancelled_set_ends_with_its_held_merges_and_goes_on_when_retried()
    {
        ApiClient api = fixture.Require();
        string id = await StartAsync(api, [("long.txt", LongText(16))], maxTokens: 50);
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> parts = await worker.ClaimAsync(id, atMost: 1);
        await worker.AnswerAsync(parts, _ => (200, DocumentSteps.Answer("first")));
        using HttpResponseMessage cancel = await api.Http.PostAsync($"v1/batches/{id}/cancel", null);
        await ApiClient.OkAsync(cancel);
        await api.WaitAsync(id, "cancelled");
        Assert.Equal("cancelled", Assert.Single(await api.DocumentLinesAsync(id)).Text("status"));

        using HttpResponseMessage retry = await api.Http.PostAsync($"v1/batches/{id}/retry", null);
        await ApiClient.OkAsync(retry);
        await worker.AnswerAsync(await ClaimedAsync(worker, id), _ => (200, DocumentSteps.Answer("rest")));
        ClaimedJob merge = Assert.Single(await ClaimedAsync(worker, id));
        Assert.Contains("Answer 1:\nfirst\n\nAnswer 2:\nrest", merge.Asked(), StringComparison.Ordinal);
        await worker.AnswerAsync([merge], _ => (200, DocumentSteps.Answer("merged")));
        await api.WaitAsync(id, "completed");
        Assert.Equal("merged", Assert.Single(await api.DocumentLinesAsync(id)).Text("text"));
    }

    [Fact]
    public async Task A_set_that_expires_ends_with_its_held_merges()
    {
        ApiClient api = fixture.Require();
        string id = await StartAsync(api, [("long.txt", LongText(16))], maxTokens: 50);
        await fixture.Database.ExecuteAsync("UPDATE batches SET expires_at = now() WHERE id = $1", id);
        await OpenJobsEnding.ExpireAsync(fixture.Database.DataSource, default);
        await api.WaitAsync(id, "expired");
        JsonElement line = Assert.Single(await api.DocumentLinesAsync(id));
        Assert.Equal(("expired", "batch_expired"), (line.Text("status"), line.GetProperty("error").Text("code")));
    }

    [Fact]
    public async Task A_set_that_reaches_its_cap_ends_with_its_held_merges()
    {
        ApiClient api = fixture.Require();
        string id = await api.StartDocumentsAsync([("long.txt", LongText(16))], ("model", fixture.PlannedModel), ("max_tokens", "50"), ("max_cost", "0.000000001"));
        await api.WaitAsync(id, "completed");
        JsonElement line = Assert.Single(await api.DocumentLinesAsync(id));
        Assert.Equal(("failed", "max_cost_exceeded"), (line.Text("status"), line.GetProperty("error").Text("code")));
    }

    [Fact]
    public async Task Answers_of_which_not_two_fit_fail_their_document_and_no_other()
    {
        ApiClient api = fixture.Require();
        string id = await StartAsync(api, [("long.txt", LongText(16)), ("short.txt", "short")], maxTokens: 50);
        StandInWorker worker = fixture.NewWorker();
        // Longer than was asked for: a worker that does not keep to max_tokens.
        await worker.AnswerAllAsync(id, _ => (200, DocumentSteps.Answer(new string('a', 600))));
        await api.WaitAsync(id, "completed");
        JsonElement[] lines = await api.DocumentLinesAsync(id);
        Assert.Equal(["failed", "completed"], lines.Select(line => line.Text("status")));
        Assert.Equal("context_length_exceeded", lines[0].GetProperty("error").Text("code"));
    }

    [Fact]
    public async Task A_long_document_is_unreadable_where_the_context_has_no_room_for_parts_of_it()
    {
        ApiClient api = fixture.Require();
        JsonElement set = await api.SubmitDocumentsAsync(
            [("long.txt", System.Text.Encoding.UTF8.GetBytes(LongText(16)))], ("model", fixture.PlannedModel), ("max_tokens", "600"));
        await api.WaitAsync(set.Text("id"), "failed");
        Assert.Equal("too_large", Assert.Single(await api.DocumentLinesAsync(set.Text("id"))).GetProperty("error").Text("code"));
    }

    private Task<string> StartAsync(ApiClient api, (string Name, string Text)[] texts, int maxTokens) =>
        api.StartDocumentsAsync(texts, ("model", fixture.PlannedModel), ("max_tokens", $"{maxTokens}"));

    private static string LongText(int paragraphs) => string.Join("\n\n", Enumerable.Range(1, paragraphs).Select(i => Paragraph(i)));

    private static string Paragraph(int number) =>
        $"This is paragraph {number} of a document that is much longer than what the model can read at once, and so it goes on.";

    private static (int Total, int Completed) Counts(JsonElement batch)
    {
        JsonElement counts = batch.GetProperty("request_counts");
        return (counts.GetProperty("total").GetInt32(), counts.GetProperty("completed").GetInt32());
    }

    /// <summary>What there is to claim, once there is something.</summary>
    private static async Task<List<ClaimedJob>> ClaimedAsync(StandInWorker worker, string id)
    {
        List<ClaimedJob> jobs = [];
        await Eventually.HoldsAsync(async () => (jobs = await worker.ClaimAsync(id)).Count > 0);
        return jobs;
    }
}
