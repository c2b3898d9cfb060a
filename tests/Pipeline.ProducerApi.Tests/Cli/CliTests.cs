using System.Text.Json;
using Pipeline.Cli.Commands;
using Pipeline.Data.Claims;
using Pipeline.Documents.Tests.Support;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;
using Spectre.Console;

namespace Pipeline.ProducerApi.Tests.Cli;

public sealed class CliTests(ApiFixture fixture) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_batch_file_is_submitted_as_it_is_watched_and_its_results_come_back()
    {
        ApiClient api = fixture.Require();
        string path = Write("in.jsonl", api.Lines(3));
        (int code, string output, _) = await RunAsync("submit", path);
        string id = output.Trim();
        Assert.Equal(0, code);
        Assert.StartsWith("batch_", id, StringComparison.Ordinal);
        await api.WaitAsync(id, "in_progress");
        (code, _, string early) = await RunAsync("results", id);
        Assert.Equal(1, code);
        Assert.Equal($"pipeline: batch {id} is in_progress; its results come when it has ended, or with --follow as they come\n", early);

        Task<(int Code, string Out, string Error)> watching = RunAsync("watch", id);
        await fixture.NewWorker().AnswerAllAsync(id, job => (200, Answer("""{"company":"A, \"B\"","total":"1.00"}""")));
        (code, _, string progress) = await watching;
        Assert.Equal(0, code);
        Assert.Contains($"batch {id} completed: 3 completed, 0 failed of 3; 30 tokens in, 15 out", progress, StringComparison.Ordinal);

        (code, string lines, _) = await RunAsync("results", id);
        Assert.Equal(0, code);
        Assert.Equal(await api.Http.GetStringAsync($"v1/files/{(await api.GetAsync("v1/batches/" + id)).Text("output_file_id")}/content"), lines);
        string csv = Path.Combine(_folder, "out.csv");
        Assert.Equal(0, (await RunAsync("results", id, "-o", csv, "--format", "csv")).Code);
        Assert.Equal(
            "custom_id,status_code,company,total,content,prompt_tokens,completion_tokens,error\r\nr1,200,\"A, \"\"B\"\"\",1.00,,7,2,\r\n",
            string.Concat(File.ReadLines(csv).Take(2).Select(line => line + "\r\n")));
        (code, _, string none) = await RunAsync("results", id, "--errors");
        Assert.Equal((1, $"pipeline: batch {id} (completed) has no failed lines\n"), (code, none));

        (code, string usage, _) = await RunAsync("usage", id);
        Assert.Equal(0, code);
        Assert.Matches(@"cost +3 USD", usage);
        Assert.Matches(@"at list price +[0-9.]+ USD as gpt-5.4-nano, [0-9.]+ in its batch API", usage);
        Assert.Matches(@"attempts +3 \(3 completed\)", usage);
        Assert.Matches(@"guessed tokens +9 \(66\.7 ?% right, gain 1\.50\)", usage);
    }

    [Fact]
    public async Task What_a_batch_would_cost_is_said_before_and_a_cap_given_along_and_raised()
    {
        ApiClient api = fixture.Require();
        string bounded = api.Lines(3).Replace("\"messages\"", "\"max_tokens\":100,\"messages\"", StringComparison.Ordinal);
        string path = Write("in.jsonl", bounded);
        (int code, string estimate, _) = await RunAsync("submit", path, "--estimate");
        Assert.Equal(0, code);
        Assert.Matches(@"output tokens +\d+ expected, 300 at most", estimate);
        Assert.Matches(@"cost at most +0\.003\d* USD", estimate);
        Assert.Matches(@"price of a million +2 in, 0\.5 cached, 10 out \(listed\)", estimate);
        (code, _, string wrong) = await RunAsync("submit", Write("bad.jsonl", "{}\n"), "--estimate");
        Assert.Equal(1, code);
        Assert.Contains("line 1: Missing required parameter: 'custom_id'.", wrong, StringComparison.Ordinal);

        // Room for one line of three.
        (_, string submitted, _) = await RunAsync("submit", path, "--max-cost", "0.0015");
        string id = submitted.Trim();
        await api.WaitAsync(id, "in_progress");
        await fixture.NewWorker().AnswerAllAsync(id, job => (200, Answer("x")));
        (code, _, string end) = await RunAsync("watch", id);
        Assert.Equal(0, code);
        Assert.Matches(@"1 completed, 2 failed of 3", end);
        Assert.Matches(@"cost 0\.001\d* USD of at most 0\.0015 USD", end);
        Assert.Equal("in_progress\n", (await RunAsync("retry", id, "--max-cost", "1")).Out);
        await fixture.NewWorker().AnswerAllAsync(id, job => (200, Answer("x")));
        Assert.Contains("3 completed, 0 failed", (await RunAsync("watch", id)).Error, StringComparison.Ordinal);

        (code, string table, _) = await RunAsync("usage", "--by", "batch,model");
        Assert.Equal(0, code);
        Assert.Matches($@"batch +model +requests +prompt tokens", table);
        Assert.Matches($@"{id}  {api.Model} +3 +30 ", table);
        (code, _, string group) = await RunAsync("usage", "--by", "hour");
        Assert.Equal(2, code);
        Assert.Contains("'hour' is none of model, batch, day, tenant", group, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_are_followed_while_the_batch_runs_and_failed_lines_retried()
    {
        ApiClient api = fixture.Require();
        (_, string submitted, _) = await RunAsync("submit", Write("in.jsonl", api.Lines(3)));
        string id = submitted.Trim();
        await api.WaitAsync(id, "in_progress");
        Task<(int Code, string Out, string Error)> following = RunAsync("results", id, "--follow", "--input");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        await worker.AnswerAsync(jobs[1..2], _ => (200, Answer("b")));
        await worker.AnswerAsync(jobs[..1], _ => (500, Answer("a")));
        await worker.AnswerAsync(jobs[2..], _ => (200, Answer("c")));
        (int code, string output, string error) = await following;
        Assert.Equal((0, ""), (code, error));
        JsonElement[] lines = [.. output.TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line))];
        Assert.Equal(["r2", "r3"], lines.Select(line => line.Text("custom_id")));
        Assert.Equal("r2", lines[0].GetProperty("input").Text("custom_id"));
        (_, string failed, _) = await RunAsync("results", id, "--follow", "--errors");
        Assert.Equal("r1", JsonElement.Parse(failed).Text("custom_id"));

        Assert.Equal((0, "in_progress\n"), await CodeAndOutAsync("retry", id));
        await worker.AnswerAllAsync(id, _ => (200, Answer("a")));
        await api.WaitAsync(id, "completed");
        (code, _, error) = await RunAsync("retry", id);
        Assert.Equal((3, "pipeline: HTTP 409: Cannot retry a batch of which every request has been completed.\n"), (code, error));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("text")]
    [InlineData("lines")]
    public async Task Documents_become_chat_completions_under_their_own_names(string kind)
    {
        ApiClient api = fixture.Require();
        Write("docs/b.txt", "second é");
        Write("docs/a/a.txt", "first");
        Write("docs/.hidden/c.txt", "not sent");
        (string path, string[] ids, string last) = kind switch
        {
            "folder" => (Path.Combine(_folder, "docs"), ["a/a.txt", "b.txt"], "second é"),
            "text" => (Path.Combine(_folder, "docs", "b.txt"), new[] { "b.txt" }, "second é"),
            _ => (Write("docs.jsonl", """{"id":7,"text":"one"}""" + "\n\n" + """{"id":"x","text":"two\nlines"}"""), ["7", "x"], "two\nlines"),
        };
        (int code, string output, string error) = await RunAsync("submit", path, "--prompt", "What is this?", "--max-tokens", "9", "--model", fixture.OtherModel);
        Assert.Equal((0, ""), (code, error));
        await api.WaitAsync(output.Trim(), "in_progress");
        List<ClaimedJob> jobs = await fixture.NewWorker().ClaimAsync(output.Trim());
        Assert.Equal(ids.Length, jobs.Count);
        JsonElement body = JsonElement.Parse(jobs[^1].Body);
        Assert.Equal((fixture.OtherModel, 9, 0), (body.Text("model"), body.GetProperty("max_tokens").GetInt32(), body.GetProperty("temperature").GetInt32()));
        Assert.Equal($"What is this?\n\n{last}", body.GetProperty("messages")[0].Text("content"));
        await fixture.NewWorker().AnswerAllAsync(output.Trim(), _ => throw new InvalidOperationException("nothing is left to claim"));
        Assert.Equal("cancelling\n", (await RunAsync("cancel", output.Trim())).Out);
    }

    [Fact]
    public async Task A_folder_of_documents_becomes_a_table_by_the_columns_of_a_schema()
    {
        fixture.Require();
        Write("docs/a.txt", "first");
        Write("docs/more/b.pdf", "%PDF-broken");
        File.WriteAllBytes(Path.Combine(_folder, "docs", "c.zip"), Read.Zip(("x.html", Read.Bytes("<p>second</p>"))));
        string schema = Write("schema.json", """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}""");
        string table = Path.Combine(_folder, "out.csv");
        Task<(int Code, string Out, string Error)> submitting = RunAsync(
            "submit", Path.Combine(_folder, "docs"), "--prompt", Write("prompt.md", "Count.\n"), "--schema", schema, "--watch", "--output", table);
        string id = await DocumentsAsync("Count.");
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        Assert.Equal(["Count.\n\nfirst", "Count.\n\nsecond"], jobs.Select(job => job.Asked()));
        await worker.AnswerAsync(jobs, job => (200, Answer($$"""{"n":{{jobs.IndexOf(job) + 1}}}""")));

        (int code, string output, string error) = await submitting;
        Assert.Equal((0, id + "\n"), (code, output));
        Assert.Contains($"batch {id} completed: 2 completed, 0 failed of 2", error, StringComparison.Ordinal);
        Assert.Contains("1 of 3 documents cannot be read\n  more/b.pdf: ", error, StringComparison.Ordinal);
        string[] rows = await File.ReadAllLinesAsync(table);
        Assert.Equal("document,status,kind,pages,parts,n,answer,prompt_tokens,cached_tokens,completion_tokens,cost,currency,error", rows[0]);
        Assert.Equal(["a.txt,completed,txt,,1,1", "c.zip/x.html,completed,html,,1,2", "more/b.pdf,unreadable,pdf,,0,"], rows[1..].Select(row => string.Join(',', row.Split(',')[..6])));
        (code, string lines, _) = await RunAsync("results", id);
        Assert.Equal((0, 3), (code, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.Equal(2, JsonElement.Parse(lines.Split('\n')[1]).GetProperty("result").GetProperty("n").GetInt32());
        Assert.Equal(await fixture.Api.Http.GetStringAsync($"v1/documents/{id}/results?format=csv"), (await RunAsync("results", id, "--format", "csv")).Out);
    }

    [Fact]
    public async Task Without_options_the_receipt_prompt_and_the_first_model_are_taken()
    {
        ApiClient api = fixture.Require();
        (_, string output, _) = await RunAsync("submit", Write("r.txt", "RECEIPT"));
        await api.WaitAsync(output.Trim(), "in_progress");
        JsonElement body = JsonElement.Parse(Assert.Single(await fixture.NewWorker().ClaimAsync(output.Trim())).Body);
        Assert.Equal((fixture.Model, 200), (body.Text("model"), body.GetProperty("max_tokens").GetInt32()));
        Assert.Equal(
            "Extract the fields company, date, address and total from this receipt as JSON.\n\nRECEIPT", body.GetProperty("messages")[0].Text("content"));
    }

    [Fact]
    public async Task A_failed_batch_is_told_line_by_line_and_is_no_success()
    {
        fixture.Require();
        (int code, _, string error) = await RunAsync("submit", Write("bad.jsonl", "{}\n" + fixture.Api.Line("a")), "--watch");
        Assert.Equal(1, code);
        Assert.Contains("  line 1: Missing required parameter: 'custom_id'. (missing_required_parameter)\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_file_is_scheduled_run_paused_resumed_and_deleted()
    {
        ApiClient api = fixture.Require();
        (int code, string made, string error) = await RunAsync("schedules", "create", Write("news.jsonl", api.Line("{{run.date}}")), "--cron", "30 2 * * *", "--time-zone", "Europe/Berlin", "--window", "2h");
        Assert.Equal((0, ""), (code, error));
        string id = made.Trim();
        Assert.Matches($@"{id}  active  20\d\d-\d\d-\d\dT0[01]:30:00Z  30 2 \* \* \*  Europe/Berlin  news\n", (await RunAsync("schedules", "list")).Out);
        (code, string ran, _) = await RunAsync("schedules", "run", id);
        Assert.Equal(0, code);
        await api.WaitAsync(ran.Trim(), "in_progress");
        Assert.Matches($@"^20\S+Z  started  {ran.Trim()}  in_progress\n$", (await RunAsync("schedules", "runs", id)).Out);
        (code, _, error) = await RunAsync("schedules", "run", id);
        Assert.Equal(3, code);
        Assert.Contains("HTTP 409", error, StringComparison.Ordinal);
        Assert.Equal((0, "paused\n"), await CodeAndOutAsync("schedules", "pause", id));
        Assert.Matches($"{id}  paused  - ", (await RunAsync("schedules", "list")).Out);
        Assert.Equal((0, "active\n"), await CodeAndOutAsync("schedules", "resume", id));
        Assert.Equal((0, "deleted\n"), await CodeAndOutAsync("schedules", "delete", id));
        Assert.DoesNotContain(id, (await RunAsync("schedules", "list")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_scheduled_with_its_prompt_and_schema()
    {
        ApiClient api = fixture.Require();
        string schema = """{"type":"object","properties":{"total":{"type":"string"}},"required":["total"],"additionalProperties":false}""";
        (int code, string made, string error) = await RunAsync(
            "schedules", "create", "--folder", "inbox", "--cron", "0 3 * * 1", "--prompt", Write("p.txt", "What is the total?"), "--schema", Write("s.json", schema));
        Assert.Equal((0, ""), (code, error));
        JsonElement documents = (await api.GetAsync("v1/schedules/" + made.Trim())).GetProperty("documents");
        Assert.Equal(("inbox", "What is the total?", fixture.Model, schema), (documents.Text("folder"), documents.Text("prompt"), documents.Text("model"), documents.Raw("schema")));
    }

    [Theory]
    [InlineData(2, "give a batch file, or --folder", "schedules", "create", "--cron", "* * * * *")]
    [InlineData(2, "--folder needs --prompt", "schedules", "create", "--cron", "* * * * *", "--folder", "inbox")]
    [InlineData(2, "--cron", "schedules", "create", "x.jsonl")]
    [InlineData(3, "HTTP 404: No schedule found with id 'sched_x'.", "schedules", "run", "sched_x")]
    [InlineData(3, "HTTP 404", "schedules", "delete", "sched_x")]
    [InlineData(2, "no such file", "submit", "/no/such/path")]
    [InlineData(2, "Unrecognized", "frobnicate")]
    [InlineData(2, "--help", "submit")]
    [InlineData(2, "--schema and --csv-rows are for files of documents", "submit", "/proc/version", "--schema", "/no/schema.json")]
    [InlineData(2, "xml", "results", "batch_x", "--format", "xml")]
    [InlineData(3, "HTTP 404: No batch found with id 'batch_x'.", "watch", "batch_x")]
    [InlineData(3, "HTTP 404", "cancel", "batch_x")]
    [InlineData(3, "HTTP 404", "retry", "batch_x")]
    [InlineData(3, "HTTP 404", "results", "batch_x", "--follow")]
    [InlineData(3, "HTTP 404", "usage", "batch_x")]
    public async Task What_goes_wrong_is_one_line_and_an_exit_code(int expected, string message, params string[] args)
    {
        fixture.Require();
        (int code, string output, string error) = await RunAsync(args);
        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task The_address_comes_from_the_home_of_a_stack_if_the_environment_has_none()
    {
        fixture.Require();
        Write("env", $"# written by up\nexport PIPELINE_URL='{fixture.Url}'\nexport PIPELINE_API_KEY=\"{fixture.Api.Key}\"\n");
        Dictionary<string, string> home = new() { ["PIPELINE_HOME"] = _folder };
        Assert.Equal(3, (await RunAsync(home, "watch", "batch_x")).Code);
        Assert.Equal((2, "pipeline: set PIPELINE_URL, or PIPELINE_HOME to the folder of a running stack\n"), await CodeAndErrorAsync([]));
        Assert.Equal(3, (await CodeAndErrorAsync(new() { ["PIPELINE_URL"] = "http://127.0.0.1:1", ["PIPELINE_API_KEY"] = "k" })).Code);
        Assert.Equal((3, "pipeline: HTTP 401: Incorrect API key provided.\n"), await CodeAndErrorAsync(
            new() { ["PIPELINE_URL"] = fixture.Url.ToString(), ["PIPELINE_API_KEY"] = "k" }));
    }

    [Fact]
    public async Task Help_names_the_exit_codes()
    {
        (int code, string output, _) = await RunAsync([], "--help");
        Assert.Equal(0, code);
        Assert.Contains("Exit codes", output, StringComparison.Ordinal);
    }

    /// <summary>The documents that were submitted last, once their batch runs.</summary>
    /// <summary>The set that asks this, when its documents have been read: other tests leave sets too.</summary>
    private async Task<string> DocumentsAsync(string prompt)
    {
        JsonElement[] sets = [];
        await Eventually.HoldsAsync(async () =>
        {
            JsonElement page = await fixture.Api.GetAsync("v1/documents?limit=100");
            sets = [.. page.GetProperty("data").EnumerateArray().Where(set => set.Text("prompt") == prompt && set.Text("status") == "in_progress")];
            return sets.Length > 0;
        });
        return sets[0].Text("id");
    }

    private static string Answer(string content) => JsonSerializer.Serialize(new
    {
        choices = new[] { new { message = new { role = "assistant", content } } },
        usage = new { prompt_tokens = 7, completion_tokens = 2 },
    });

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    private static async Task<(int Code, string Error)> CodeAndErrorAsync(Dictionary<string, string> environment)
    {
        (int code, _, string error) = await RunAsync(environment, "usage", "batch_x");
        return (code, error);
    }

    private async Task<(int Code, string Out)> CodeAndOutAsync(params string[] args)
    {
        (int code, string output, _) = await RunAsync(args);
        return (code, output);
    }

    private Task<(int Code, string Out, string Error)> RunAsync(params string[] args) =>
        RunAsync(new() { ["PIPELINE_URL"] = fixture.Url.ToString(), ["PIPELINE_API_KEY"] = fixture.Api.Key }, args);

    private static async Task<(int Code, string Out, string Error)> RunAsync(Dictionary<string, string> environment, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.No });
        int code = await CommandLine.RunAsync(args, new CommandContext(output, error, console, environment.GetValueOrDefault, TimeProvider.System));
        return (code, output.ToString(), error.ToString());
    }
}
