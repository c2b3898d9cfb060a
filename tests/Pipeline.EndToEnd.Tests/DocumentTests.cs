using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Documents through the whole stack: split by the tokenizer of the model that ships, whose context is 1024 tokens.</summary>
public sealed class DocumentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task An_API_killed_while_it_reads_documents_leaves_them_for_the_next()
    {
        await using RunningStack stack = await StartAsync();
        string id;
        using (HttpClient client = stack.Client())
        await using (NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE documents IN SHARE MODE"))
        {
            id = await SubmitAsync(stack, client, [("long.txt", LongText()), ("short.txt", "short")]);
            await stack.WaitsForLockAsync("COPY documents%");
            await stack.Api.KillAsync();
        }

        Assert.Equal(2, await stack.NumberAsync("SELECT count(*) FROM document_uploads WHERE batch_id = $1", id));
        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM documents WHERE batch_id = $1", id));
        await stack.StartApiAsync();
        await stack.StartWorker().ReadyAsync();
        using HttpClient next = stack.Client();
        await CheckCompletedAsync(stack, next, id, 2);
        Assert.Equal(2, await stack.NumberAsync("SELECT read_attempts FROM document_sets WHERE batch_id = $1", id));
        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM files WHERE purpose = 'documents'"));
    }

    [Fact]
    public async Task An_API_killed_while_it_merges_answers_has_merged_nothing_and_the_next_merges_each_once()
    {
        await using RunningStack stack = await StartAsync();
        string id;
        using (HttpClient client = stack.Client())
        {
            id = await SubmitAsync(stack, client, Enumerable.Range(1, 10).Select(i => ($"{i}.txt", LongText())));
            await Eventually.HoldsAsync(async () => (await client.BatchAsync(id)).GetProperty("status").GetString() == "in_progress", Patience);
            await using NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE documents IN SHARE MODE");
            await stack.StartWorker().ReadyAsync();
            await stack.WaitsForLockAsync("%waits_for_level = NULL%");
            await stack.Api.KillAsync();
        }

        Assert.Equal(10, await stack.NumberAsync("SELECT count(*) FROM documents WHERE batch_id = $1 AND waits_for_level = 0", id));
        await stack.StartApiAsync();
        using HttpClient next = stack.Client();
        await CheckCompletedAsync(stack, next, id, 10);
    }

    [Fact]
    public async Task The_model_that_ships_answers_for_documents_longer_than_its_context_in_the_form_of_a_schema()
    {
        await using RunningStack stack = await StartAsync(("Pipeline:Worker:Backend", "local"), ("Pipeline:Worker:ModelDirectory", Programs.ShippedModel));
        await stack.StartWorker().ReadyAsync();
        using HttpClient client = stack.Client();
        const string Schema = """{"type":"object","properties":{"company":{"type":"string","maxLength":20},"total":{"type":"string","maxLength":10}},"required":["company","total"],"additionalProperties":false}""";
        string id = await SubmitAsync(stack, client, [("long.html", $"<p>{LongText().Replace("\n\n", "</p><p>", StringComparison.Ordinal)}</p>"), ("short.md", "ACME LTD\nTOTAL 5.00")], ("schema", Schema));
        await CheckCompletedAsync(stack, client, id, 2);
        string[] rows = (await client.GetStringAsync($"/v1/documents/{id}/results?format=csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("document,status,kind,pages,parts,company,total,answer,", rows[0], StringComparison.Ordinal);
        Assert.Equal(["long.html,completed,html", "short.md,completed,md"], rows[1..].Select(row => string.Join(',', row.Split(',')[..3])));
        JsonElement[] lines = await LinesAsync(client, id);
        Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, line.GetProperty("result").ValueKind));
        Assert.True(lines[0].GetProperty("parts").GetInt32() > 1);
        Assert.True(lines[0].GetProperty("cost").GetDecimal() > lines[1].GetProperty("cost").GetDecimal());
    }

    private static Task<RunningStack> StartAsync(params (string Key, string Value)[] settings)
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Programs.ShippedModel, "config.json")), $"There is no model in {Programs.ShippedModel}.");
        return RunningStack.StartAsync([("Pipeline:ModelDirectories:0", Programs.ShippedModel), .. settings]);
    }

    private static async Task<string> SubmitAsync(RunningStack stack, HttpClient client, IEnumerable<(string Name, string Text)> documents, params (string Name, string Value)[] fields)
    {
        using MultipartFormDataContent form = new()
        {
            { new StringContent("Say what it is about."), "prompt" },
            { new StringContent(stack.Model), "model" },
            { new StringContent("40"), "max_tokens" },
        };
        foreach ((string name, string value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        foreach ((string name, string text) in documents)
        {
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "files", name);
        }

        using HttpResponseMessage reply = await client.PostAsync("/v1/documents", form);
        string body = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Every document has its answer, every job was run once and billed once, and none is counted that is not there.</summary>
    private static async Task CheckCompletedAsync(RunningStack stack, HttpClient client, string id, int documents)
    {
        JsonElement batch;
        try
        {
            batch = await client.EndOfBatchAsync(id, Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail(await stack.DescribeAsync(id));
            throw;
        }

        Assert.True(batch.GetProperty("status").GetString() == "completed", await stack.DescribeAsync(id));
        JsonElement[] lines = await LinesAsync(client, id);
        Assert.Equal(documents, lines.Length);
        Assert.All(lines, line => Assert.Equal("completed", line.GetProperty("status").GetString()));
        Assert.All(lines, line => Assert.NotEqual("", line.GetProperty("text").GetString()));
        int expected = lines.Sum(line => line.GetProperty("parts").GetInt32() is > 1 and int parts ? parts + 1 : 1);
        Assert.True(expected > documents, "a document was split");
        Assert.Equal(expected, batch.GetProperty("request_counts").GetProperty("total").GetInt32());
        Assert.Equal(expected, batch.GetProperty("request_counts").GetProperty("completed").GetInt32());
        Assert.Equal(expected, await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND attempts = 1", id));
        Assert.Equal(expected, await stack.NumberAsync("SELECT count(*) FROM job_costs WHERE batch_id = $1", id));
        Assert.Equal(expected, (await client.LinesAsync(batch, "output_file_id")).Count);
    }

    private static async Task<JsonElement[]> LinesAsync(HttpClient client, string id) =>
        [.. (await client.GetStringAsync($"/v1/documents/{id}/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string LongText() => string.Join(
        "\n\n", Enumerable.Range(1, 40).Select(i => $"Paragraph {i}. The company sells pens and paper to offices in the town, and its total was {i}.50 on that day."));
}
