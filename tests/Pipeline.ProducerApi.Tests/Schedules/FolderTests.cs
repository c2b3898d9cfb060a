using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.ProducerApi.Schedules.Folders;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Schedules;

public sealed class FolderTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private static readonly DateTime Yesterday = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1);

    [Fact]
    public async Task Each_run_takes_what_is_new_and_what_has_changed_and_nothing_twice()
    {
        ApiClient api = fixture.Require();
        string folder = NewFolder();
        Write(folder, "a.txt", "first");
        Write(folder, "deep/er/b.md", "second");
        string id = (await ScheduleAsync(api, folder)).Text("id");
        JsonElement first = await RunAsync(api, id);
        Assert.Equal(("started", 2, "null"), (first.Text("status"), first.GetProperty("documents").GetInt32(), first.Raw("problem")));
        Assert.Equal(["a.txt", "deep/er/b.md"], await NamesAsync(first));
        JsonElement set = await api.GetAsync("v1/documents/" + first.Text("batch_id"));
        Assert.Equal(("What is it?", """{"for":"audit"}"""), (set.Text("prompt"), set.GetProperty("batch").Raw("metadata")));

        JsonElement nothing = await RunAsync(api, id);
        Assert.Equal(("skipped", "nothing_new", "null"), (nothing.Text("status"), nothing.GetProperty("problem").Text("code"), nothing.Raw("batch_id")));

        Write(folder, "c.txt", "third");
        Write(folder, "deep/er/b.md", "Second", Yesterday.AddHours(1));
        // Only touched; and then, that being remembered, not even read again.
        File.SetLastWriteTimeUtc(Path.Combine(folder, "a.txt"), Yesterday.AddHours(2));
        Assert.Equal(["c.txt", "deep/er/b.md"], await NamesAsync(await RunAsync(api, id)));
        Assert.Equal("skipped", (await RunAsync(api, id)).Text("status"));

        // Another schedule of the same folder has seen nothing yet.
        Assert.Equal(3, (await RunAsync(api, (await ScheduleAsync(api, folder)).Text("id"))).GetProperty("documents").GetInt32());
    }

    [Fact]
    public async Task What_may_still_be_being_written_waits_and_links_hidden_and_empty_files_are_passed_over()
    {
        ApiClient api = fixture.Require();
        string folder = NewFolder(), outside = Directory.CreateTempSubdirectory("pipeline-outside-").FullName;
        Write(outside, "secret.txt", "secret");
        Write(folder, "a.txt", "plain");
        Write(folder, "young.txt", "growing", TimeProvider.System.GetUtcNow().UtcDateTime);
        Write(folder, ".hidden.txt", "hidden");
        Write(folder, ".git/config.txt", "hidden");
        Write(folder, "empty.txt", "");
        File.CreateSymbolicLink(Path.Combine(folder, "link.txt"), Path.Combine(outside, "secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "linked"), outside);
        string id = (await ScheduleAsync(api, folder)).Text("id");
        Assert.Equal(["a.txt"], await NamesAsync(await RunAsync(api, id)));
        File.SetLastWriteTimeUtc(Path.Combine(folder, "young.txt"), Yesterday);
        Assert.Equal(["young.txt"], await NamesAsync(await RunAsync(api, id)));
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task What_does_not_fit_one_batch_goes_into_the_next_and_the_run_says_so()
    {
        ApiClient api = fixture.Require();
        string folder = NewFolder();
        for (int i = 0; i < 45; i++)
        {
            Write(folder, $"{i:00}.txt", $"text {i}");
        }

        string id = (await ScheduleAsync(api, folder)).Text("id");
        JsonElement first = await RunAsync(api, id);
        Assert.Equal((40, "left_over"), (first.GetProperty("documents").GetInt32(), first.GetProperty("problem").Text("code")));
        Assert.Equal("5 files are left for the next run: '40.txt' (the batch is full), '41.txt' (the batch is full), '42.txt' (the batch is full), ...", first.GetProperty("problem").Text("message"));
        Assert.Equal(Enumerable.Range(40, 5).Select(i => $"{i}.txt"), await NamesAsync(await RunAsync(api, id)));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("private")]
    [InlineData("inbox/..")]
    [InlineData("inbox/../../etc")]
    [InlineData("../inbox")]
    [InlineData("/etc")]
    [InlineData("inbox//")]
    [InlineData("inbox/missing")]
    [InlineData("inbox/escape")]
    [InlineData("inbox/escape/deeper")]
    [InlineData("")]
    public async Task No_other_folder_is_read_than_those_that_the_configuration_gives_the_tenant(string name)
    {
        ApiClient api = fixture.Require();
        string escape = Path.Combine(fixture.Inbox, "escape");
        if (!Path.Exists(escape))
        {
            Directory.CreateSymbolicLink(escape, Directory.CreateDirectory(Path.Combine(fixture.Inbox, "target", "deeper")).Parent!.FullName);
        }

        using HttpResponseMessage response = await api.Http.PostAsync("v1/schedules", JsonContent.Create(Body(api, name)));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(("documents.folder", "invalid_folder"), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public void A_link_that_takes_the_place_of_a_folder_before_its_file_is_opened_is_noticed()
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-swap-").FullName;
        string root = RealPath.Of(folder);
        Write(root, "a/f.txt", "inside");
        Write(root, "outside/f.txt", "outsid");
        FoundFile found = Assert.Single(FoundFile.In(Path.Combine(root, "a")));
        using (FileStream opened = found.Open())
        {
            Assert.True(found.IsUnchanged(opened));
        }

        Directory.Delete(Path.Combine(root, "a"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(root, "a"), Path.Combine(root, "outside"));
        Assert.Throws<IOException>(() => found.Open());
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("folder", null, "documents.folder", "missing_required_parameter")]
    [InlineData("prompt", null, "documents.prompt", "missing_required_parameter")]
    [InlineData("model", "\"nobody\"", "documents.model", "model_not_found")]
    [InlineData("schema", "7", "documents.schema", "invalid_type")]
    [InlineData("completion_window", "\"1m\"", "documents.completion_window", "invalid_value")]
    public async Task What_cannot_be_asked_of_documents_is_refused_by_name(string field, string? value, string param, string code)
    {
        ApiClient api = fixture.Require();
        JsonObject body = Body(api, "inbox");
        JsonObject documents = body["documents"]!.AsObject();
        documents.Remove(field);
        if (value is not null)
        {
            documents[field] = JsonNode.Parse(value);
        }

        using HttpResponseMessage response = await api.Http.PostAsync("v1/schedules", JsonContent.Create(body));
        JsonElement error = await ApiClient.ErrorAsync(response, code == "model_not_found" ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task A_schedule_has_a_batch_or_a_folder_and_may_change_from_one_to_the_other()
    {
        ApiClient api = fixture.Require();
        string folder = NewFolder();
        JsonElement made = await ScheduleAsync(api, folder);
        Assert.Equal(("null", "What is it?"), (made.Raw("batch"), made.GetProperty("documents").Text("prompt")));
        string path = "v1/schedules/" + made.Text("id");
        JsonObject batch = (await api.ScheduleBodyAsync())["batch"]!.AsObject();
        JsonElement changed = await api.SendAsync(HttpMethod.Post, path, new JsonObject { ["batch"] = batch.DeepClone() });
        Assert.Equal(("null", ApiClient.Chat), (changed.Raw("documents"), changed.GetProperty("batch").Text("endpoint")));
        JsonObject both = Body(api, "inbox");
        both["batch"] = batch.DeepClone();
        using HttpResponseMessage response = await api.Http.PostAsync(path, JsonContent.Create(both));
        Assert.Equal("documents", (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("param"));
    }

    [Fact]
    public async Task A_folder_that_is_gone_fails_its_run_and_is_taken_up_again_when_it_is_back()
    {
        ApiClient api = fixture.Require();
        string folder = NewFolder();
        Write(folder, "a.txt", "text");
        string id = (await ScheduleAsync(api, folder)).Text("id");
        Directory.Move(folder, folder + "-away");
        JsonElement failed = await RunAsync(api, id);
        Assert.Equal(("failed", "invalid_folder"), (failed.Text("status"), failed.GetProperty("problem").Text("code")));
        Directory.Move(folder + "-away", folder);
        Assert.Equal(["a.txt"], await NamesAsync(await RunAsync(api, id)));
    }

    private string NewFolder() => Directory.CreateDirectory(Path.Combine(fixture.Inbox, Guid.NewGuid().ToString("N"))).FullName;

    private static void Write(string folder, string name, string text, DateTime? modifiedAt = null)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, modifiedAt ?? Yesterday);
    }

    private static JsonObject Body(ApiClient api, string folder) => new()
    {
        ["name"] = "nightly",
        ["cron"] = "0 2 * * *",
        ["overlap"] = "allow",
        ["documents"] = new JsonObject
        {
            ["folder"] = folder, ["prompt"] = "What is it?", ["model"] = api.Model, ["metadata"] = new JsonObject { ["for"] = "audit" },
        },
    };

    private static Task<JsonElement> ScheduleAsync(ApiClient api, string folder) =>
        api.SendAsync(HttpMethod.Post, "v1/schedules", Body(api, "inbox/" + Path.GetFileName(folder)));

    private static async Task<JsonElement> RunAsync(ApiClient api, string id) =>
        await api.EndOfRunAsync(id, (await api.SendAsync(HttpMethod.Post, $"v1/schedules/{id}/run")).Text("id"));

    /// <summary>The documents of a run's batch, when they have been read.</summary>
    private async Task<List<string>> NamesAsync(JsonElement run)
    {
        string batchId = run.Text("batch_id");
        List<string> names = [];
        await Eventually.HoldsAsync(async () =>
        {
            await using PipelineDbContext context = fixture.Database.CreateContext();
            names = await context.Documents.Where(document => document.BatchId == batchId).Select(document => document.Name).ToListAsync();
            return names.Count > 0 && await context.DocumentSets.AnyAsync(set => set.BatchId == batchId && set.ReadAt != null);
        });
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
