using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>From the clock to a batch's results, through all processes, which are killed on the way.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task Every_time_is_one_batch_though_the_scheduler_and_the_API_are_killed_in_the_middle_of_it()
    {
        await using RunningStack stack = await RunningStack.StartAsync();
        string id;
        using (HttpClient client = stack.Client())
        {
            id = await CreateAsync(client, stack.Model);
        }

        // The scheduler is killed while it records the run: the row moved on and the run in one transaction, so neither did.
        await using (NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE schedule_runs IN SHARE MODE"))
        {
            await DueAsync(stack, id);
            await stack.WaitsForLockAsync("INSERT INTO schedule_runs%");
            await stack.Scheduler.KillAsync();
        }

        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM schedule_runs"));

        // Two schedulers come back. The API is killed while it writes the run's input: neither file nor batch is left.
        await using (NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE file_chunks IN SHARE MODE"))
        {
            await stack.StartSchedulerAsync();
            await stack.StartSchedulerAsync();
            await stack.WaitsForLockAsync("INSERT INTO file_chunks%");
            await stack.Api.KillAsync();
        }

        // Then at its last step, the batch made and not committed.
        await using (NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE batches IN SHARE MODE"))
        {
            await stack.StartApiAsync();
            await stack.WaitsForLockAsync("INSERT INTO batches%");
            await stack.Api.KillAsync();
        }

        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM batches"));
        Assert.Equal(1, await stack.NumberAsync("SELECT count(*) FROM schedule_runs WHERE state = 0"));

        await stack.StartApiAsync();
        await stack.StartWorker().ReadyAsync();
        using HttpClient next = stack.Client();
        await Eventually.HoldsAsync(async () => (await RunsAsync(next, id))[0].GetProperty("status").GetString() == "started", TimeSpan.FromSeconds(60), "the run has started");
        JsonElement run = Assert.Single(await RunsAsync(next, id));
        JsonElement batch = await next.EndOfBatchAsync(run.GetProperty("batch_id").GetString()!, TimeSpan.FromSeconds(60));
        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal(
            ["line-1", DateOf(run)], (await next.LinesAsync(batch, "output_file_id")).Select(line => line.GetProperty("custom_id").GetString()));
        Assert.Equal(1, await stack.NumberAsync("SELECT count(*) FROM batches"));
        // The template, the run's copy, the output.
        Assert.Equal(3, await stack.NumberAsync("SELECT count(*) FROM files"));
    }

    [Fact]
    public async Task Files_of_a_folder_are_taken_once_though_the_API_is_killed_while_it_takes_them()
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-inbox-").FullName;
        for (int i = 1; i <= 20; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{i:00}.txt"), $"text {i}");
        }

        await using RunningStack stack = await RunningStack.StartAsync(
            ("Pipeline:Schedules:Folders:0:Name", "inbox"), ("Pipeline:Schedules:Folders:0:Path", folder), ("Pipeline:Schedules:Folders:0:Tenants:0", "default"), ("Pipeline:Schedules:SettleSeconds", "0"));
        string id;
        await using (NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE document_uploads IN SHARE MODE"))
        {
            using HttpClient client = stack.Client();
            JsonElement schedule = await BatchSteps.ReadAsync(await client.PostAsJsonAsync("/v1/schedules", new
            {
                name = "inbox", cron = "0 2 * * *", documents = new { folder = "inbox", prompt = "What is it?", model = stack.Model },
            }));
            id = schedule.GetProperty("id").GetString()!;
            await BatchSteps.ReadAsync(await client.PostAsync($"/v1/schedules/{id}/run", null));
            await stack.WaitsForLockAsync("INSERT INTO document_uploads%");
            await stack.Api.KillAsync();
        }

        Assert.Equal(0, await stack.NumberAsync("SELECT (SELECT count(*) FROM batches) + (SELECT count(*) FROM files) + (SELECT count(*) FROM schedule_documents)"));
        await stack.StartApiAsync();
        await stack.StartWorker().ReadyAsync();
        using HttpClient next = stack.Client();
        await Eventually.HoldsAsync(async () => (await RunsAsync(next, id))[0].GetProperty("status").GetString() == "started", TimeSpan.FromSeconds(60), "the run has started");
        JsonElement run = Assert.Single(await RunsAsync(next, id));
        JsonElement batch = await next.EndOfBatchAsync(run.GetProperty("batch_id").GetString()!, TimeSpan.FromSeconds(60));
        Assert.Equal(
            Enumerable.Range(1, 20).Select(i => $"{i:00}.txt"), (await next.LinesAsync(batch, "output_file_id")).Select(line => line.GetProperty("custom_id").GetString()!).Order());
        Assert.Equal(1, await stack.NumberAsync("SELECT count(*) FROM batches"));
        Assert.Equal(20, await stack.NumberAsync("SELECT count(*) FROM schedule_documents"));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> CreateAsync(HttpClient client, string model)
    {
        string[] names = ["line-1", "{{run.date}}"];
        string lines = string.Concat(names.Select(name => JsonSerializer.Serialize(new
        {
            custom_id = name, method = "POST", url = "/v1/chat/completions", body = new { model, messages = new[] { new { role = "user", content = name } } },
        }) + "\n"));
        using MultipartFormDataContent form = new()
        {
            { new StringContent("batch"), "purpose" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(lines)), "file", "template.jsonl" },
        };
        JsonElement file = await BatchSteps.ReadAsync(await client.PostAsync("/v1/files", form));
        JsonElement schedule = await BatchSteps.ReadAsync(await client.PostAsJsonAsync("/v1/schedules", new
        {
            name = "nightly",
            cron = "0 2 * * *",
            batch = new { input_file_id = file.GetProperty("id").GetString(), endpoint = "/v1/chat/completions", completion_window = "24h" },
        }));
        return schedule.GetProperty("id").GetString()!;
    }

    /// <summary>Sets the schedule's clock back to its last time, as after a night without a scheduler.</summary>
    private static async Task DueAsync(RunningStack stack, string id)
    {
        await using NpgsqlCommand command = stack.DataSource.CreateCommand("UPDATE schedules SET next_run_at = next_run_at - interval '1 day' WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync();
    }

    private static string DateOf(JsonElement run) =>
        DateTimeOffset.FromUnixTimeSeconds(run.GetProperty("scheduled_at").GetInt64()).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<JsonElement[]> RunsAsync(HttpClient client, string id) =>
        [.. (await BatchSteps.ReadAsync(await client.GetAsync($"/v1/schedules/{id}/runs"))).GetProperty("data").EnumerateArray()];
}
