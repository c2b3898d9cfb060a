using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Documents.Tests.Support;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Documents;

public sealed class DocumentTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Schema = """{"type":"object","properties":{"company":{"type":"string"},"total":{"type":["number","null"]}},"required":["company","total"],"additionalProperties":false}""";

    [Fact]
    public async Task Files_and_archives_become_one_batch_and_what_cannot_be_read_does_not_sink_the_others()
    {
        ApiClient api = fixture.Require();
        byte[] zip = Read.Zip(("b.txt", Bytes("second")), ("c.png", [1, 2]), ("d/b.txt", Bytes("third")));
        JsonElement set = await api.SubmitDocumentsAsync(
            [("letters/a.pdf", Made.Pdf("first")), ("more.zip", zip), ("scan.pdf", Made.Pdf("")), ("letters/a.pdf", Made.Pdf("fourth"))],
            ("max_tokens", "9"), ("metadata", """{"case":"17"}"""), ("completion_window", "48h"), ("priority", "3"));
        string id = set.Text("id");
        Assert.StartsWith("batch_", id, StringComparison.Ordinal);
        Assert.Equal(("document_set", "reading", 4), (set.Text("object"), set.Text("status"), set.GetProperty("files").GetInt32()));

        JsonElement batch = await api.WaitAsync(id, "in_progress");
        Assert.Equal(("48h", "17"), (batch.Text("completion_window"), batch.GetProperty("metadata").Text("case")));
        Assert.Equal(4, batch.GetProperty("request_counts").GetProperty("total").GetInt32());
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        Assert.Equal(["Summarize.\n\nfirst", "Summarize.\n\nsecond", "Summarize.\n\nthird", "Summarize.\n\nfourth"], jobs.Select(job => job.Asked()));
        JsonElement body = JsonElement.Parse(jobs[0].Body);
        Assert.Equal((9, 0, fixture.Model), (body.GetProperty("max_tokens").GetInt32(), body.GetProperty("temperature").GetInt32(), body.Text("model")));

        await worker.AnswerAsync(jobs[..2], job => (200, DocumentSteps.Answer($"answer to {job.Asked()[12..]}")));
        await worker.AnswerAsync(jobs[2..3], _ => (500, """{"error":{"message":"no luck","code":"server_error"}}"""));
        JsonElement[] lines = await api.DocumentLinesAsync(id);
        Assert.Equal(
            [("letters/a.pdf", "completed"), ("more.zip/b.txt", "completed"), ("more.zip/c.png", "unreadable"), ("more.zip/d/b.txt", "failed"), ("scan.pdf", "unreadable"), ("letters/a.pdf (2)", "in_progress")],
            lines.Select(line => (line.Text("document"), line.Text("status"))));
        Assert.Equal(("answer to first", 1, 1), (lines[0].Text("text"), lines[0].GetProperty("pages").GetInt32(), lines[0].GetProperty("parts").GetInt32()));
        Assert.Equal((10, 4, 5), Usage(lines[0]));
        Assert.Equal((1m, "USD"), (lines[0].GetProperty("cost").GetDecimal(), lines[0].Text("currency")));
        Assert.Equal(("no luck", "server_error"), (lines[3].GetProperty("error").Text("message"), lines[3].GetProperty("error").Text("code")));
        Assert.Equal("no_text", lines[4].GetProperty("error").Text("code"));
        Assert.Equal(JsonValueKind.Null, lines[5].GetProperty("cost").ValueKind);

        await worker.AnswerAsync(jobs[3..], _ => (200, DocumentSteps.Answer("last")));
        await api.WaitAsync(id, "completed");
        set = await api.GetAsync($"v1/documents/{id}");
        Assert.Equal(
            (6, 2, 3, 1),
            (Count(set, "total"), Count(set, "unreadable"), Count(set, "completed"), Count(set, "failed")));
        Assert.Equal(["more.zip/c.png", "scan.pdf"], set.GetProperty("unreadable").EnumerateArray().Select(document => document.Text("document")));
        Assert.Equal(id, Assert.Single((await api.GetAsync("v1/documents?limit=1")).GetProperty("data").EnumerateArray()).Text("id"));
        // The batch is one like others: its output is there too, by the documents' names.
        JsonElement[] output = await api.LinesOfAsync((await api.GetAsync("v1/batches/" + id)).Text("output_file_id"));
        Assert.Equal(["letters/a.pdf", "more.zip/b.txt", "letters/a.pdf (2)"], output.Select(line => line.Text("custom_id")));
        // The uploads are gone with being read; the input that they became is there.
        JsonElement[] files = [.. (await api.GetAsync("v1/files?purpose=documents")).GetProperty("data").EnumerateArray()];
        Assert.Empty(files);
    }

    [Fact]
    public async Task A_schema_is_asked_for_strictly_and_gives_the_table_its_columns()
    {
        ApiClient api = fixture.Require();
        string id = await api.StartDocumentsAsync([("a.txt", "one"), ("b.txt", "two"), ("=1+1.txt", "three")], ("schema", Schema));
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        JsonElement format = JsonElement.Parse(jobs[0].Body).GetProperty("response_format").GetProperty("json_schema");
        Assert.True(format.GetProperty("strict").GetBoolean());
        Assert.Equal(Schema, format.Raw("schema"));
        string[] answers = ["""{"company":"A, \"B\"","total":-1.5}""", """{"company":"=HYPERLINK(1)","total":null}""", "{\"company\":\"cut"];
        await worker.AnswerAsync(jobs, job => (200, DocumentSteps.Answer(answers[jobs.IndexOf(job)])));
        await api.WaitAsync(id, "completed");

        using HttpResponseMessage table = await api.Http.GetAsync($"v1/documents/{id}/results?format=csv");
        Assert.Equal("text/csv", table.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            "document,status,kind,pages,parts,company,total,answer,prompt_tokens,cached_tokens,completion_tokens,cost,currency,error\r\n"
            + "a.txt,completed,txt,,1,\"A, \"\"B\"\"\",-1.5,,10,4,5,1,USD,\r\n"
            + "b.txt,completed,txt,,1,'=HYPERLINK(1),,,10,4,5,1,USD,\r\n"
            + "'=1+1.txt,completed,txt,,1,,,\"{\"\"company\"\":\"\"cut\",10,4,5,1,USD,\r\n",
            await table.Content.ReadAsStringAsync());
        JsonElement[] lines = await api.DocumentLinesAsync(id);
        Assert.Equal("A, \"B\"", lines[0].GetProperty("result").Text("company"));
        Assert.Equal((JsonValueKind.Null, "{\"company\":\"cut"), (lines[2].GetProperty("result").ValueKind, lines[2].Text("text")));
    }

    [Fact]
    public async Task Rows_of_a_table_are_documents_if_asked_for()
    {
        ApiClient api = fixture.Require();
        string id = await api.StartDocumentsAsync([("t.csv", "name,age\nAnn,1\nBob,2\n")], ("csv", "rows"));
        Assert.Equal(
            ["Summarize.\n\nname: Ann\nage: 1", "Summarize.\n\nname: Bob\nage: 2"], (await fixture.NewWorker().ClaimAsync(id)).Select(job => job.Asked()));
        Assert.Equal(["t.csv/row 2", "t.csv/row 3"], (await api.DocumentLinesAsync(id)).Select(line => line.Text("document")));
    }

    [Fact]
    public async Task A_set_without_a_readable_document_fails_its_batch_by_name()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        JsonElement set = await api.SubmitDocumentsAsync(
            [("a.png", [1]), ("b.pdf", Bytes("%PDF-broken"))], ("webhook", """{"url":"https://example.org/hook","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"""));
        JsonElement batch = await api.WaitAsync(set.Text("id"), "failed");
        Assert.Equal([(null, "unsupported_type", "files"), (null, "damaged", "files")], batch.Errors());
        Assert.StartsWith("a.png: ", batch.GetProperty("errors").GetProperty("data")[0].Text("message"), StringComparison.Ordinal);
        await using (PipelineDbContext context = fixture.Database.CreateContext())
        {
            Assert.Equal("batch.failed", (await context.WebhookDeliveries.SingleAsync(delivery => delivery.TenantId == api.TenantId)).Type);
        }

        Assert.Equal(["unreadable", "unreadable"], (await api.DocumentLinesAsync(set.Text("id"))).Select(line => line.Text("status")));
    }

    [Fact]
    public async Task The_same_submission_under_the_same_key_is_one_and_another_is_refused()
    {
        ApiClient api = fixture.Require();
        string key = Guid.NewGuid().ToString();
        async Task<string> SubmitAsync(string text, string prompt = "Same.")
        {
            using HttpResponseMessage response = await api.PostDocumentsAsync([("a.txt", Bytes(text))], key, ("prompt", prompt));
            return response.StatusCode == HttpStatusCode.OK ? (await ApiClient.OkAsync(response)).Text("id") : (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("code");
        }

        string id = await SubmitAsync("x");
        Assert.Equal(id, await SubmitAsync("x"));
        Assert.Equal("idempotency_key_reused", await SubmitAsync("y"));
        Assert.Equal("idempotency_key_reused", await SubmitAsync("x", "Other."));
    }

    [Fact]
    public async Task A_tenant_neither_sees_nor_reads_another_tenants_documents()
    {
        ApiClient api = fixture.Require();
        string id = await api.StartDocumentsAsync([("a.txt", "secret")]);
        ApiClient other = await fixture.NewTenantAsync();
        foreach (string path in new[] { $"v1/documents/{id}", $"v1/documents/{id}/results", $"v1/documents?after={id}", $"v1/batches/{id}" })
        {
            using HttpResponseMessage response = await other.Http.GetAsync(path);
            await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
        }

        Assert.Empty((await other.GetAsync("v1/documents")).GetProperty("data").EnumerateArray());
        string file = (await api.GetAsync($"v1/documents/{id}")).GetProperty("batch").Text("input_file_id");
        using HttpResponseMessage input = await other.Http.GetAsync($"v1/files/{file}/content");
        Assert.Equal(HttpStatusCode.NotFound, input.StatusCode);
    }

    [Theory]
    [InlineData("prompt", "", "prompt", "missing_required_parameter")]
    [InlineData("model", "nobody", "model", "model_not_found")]
    [InlineData("schema", "{", "schema", "invalid_value")]
    [InlineData("schema", "[]", "schema", "invalid_type")]
    [InlineData("max_tokens", "0", "max_tokens", "integer_below_min_value")]
    [InlineData("csv", "cells", "csv", "invalid_value")]
    [InlineData("completion_window", "1y", "completion_window", "invalid_value")]
    [InlineData("metadata", "3", "metadata", "invalid_type")]
    [InlineData("webhook", """{"url":"https://example.org"}""", "webhook.secret", "missing_required_parameter")]
    public async Task What_is_wrong_with_a_field_is_said_at_once(string name, string value, string param, string code)
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.PostDocumentsAsync([("a.txt", Bytes("x"))], null, (name, value));
        JsonElement error = await ApiClient.ErrorAsync(response, name == "model" ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.TextOrNull("code")));
    }

    [Fact]
    public async Task A_schema_that_is_not_strict_and_a_prompt_longer_than_the_context_are_refused_where_the_model_is_known()
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage loose = await api.PostDocumentsAsync(
            [("a.txt", Bytes("x"))], null, ("model", fixture.PlannedModel), ("schema", """{"type":"object","properties":{"a":{"type":"string"}}}"""));
        Assert.Equal(("schema", "invalid_json_schema"), ParamAndCode(await ApiClient.ErrorAsync(loose, HttpStatusCode.BadRequest)));
        using HttpResponseMessage wordy = await api.PostDocumentsAsync([("a.txt", Bytes("x"))], null, ("model", fixture.PlannedModel), ("prompt", new string('p', 2000)));
        Assert.Equal(("prompt", "context_length_exceeded"), ParamAndCode(await ApiClient.ErrorAsync(wordy, HttpStatusCode.BadRequest)));
        using HttpResponseMessage none = await api.PostDocumentsAsync([]);
        Assert.Equal(("files", "missing_required_parameter"), ParamAndCode(await ApiClient.ErrorAsync(none, HttpStatusCode.BadRequest)));
        using HttpResponseMessage text = await api.Http.PostAsync("v1/documents", new StringContent("x"));
        await ApiClient.ErrorAsync(text, HttpStatusCode.BadRequest);
    }

    private static (string? Param, string? Code) ParamAndCode(JsonElement error) => (error.TextOrNull("param"), error.TextOrNull("code"));

    private static (int Prompt, int Cached, int Completion) Usage(JsonElement line)
    {
        JsonElement usage = line.GetProperty("usage");
        return (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("cached_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32());
    }

    private static int Count(JsonElement set, string name) => set.GetProperty("documents").GetProperty(name).GetInt32();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
