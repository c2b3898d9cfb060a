using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Kills the API in the middle of what it does to a batch, at a point that a lock of the test's makes it wait at.</summary>
public sealed class ApiKillTests
{
    private const int Jobs = 300;

    [Fact]
    public async Task An_API_killed_in_a_retry_has_retried_nothing_and_the_next_retries_all()
    {
        await using RunningStack stack = await RunningStack.StartAsync();
        (HttpClient client, string id) = await CancelledAsync(stack);
        using (client)
        {
            await using (NpgsqlConnection holder = await stack.HoldAsync("SELECT 1 FROM jobs WHERE batch_id = $1 ORDER BY id DESC LIMIT 1 FOR UPDATE", id))
            {
                Task<HttpResponseMessage> retry = client.PostAsync($"/v1/batches/{id}/retry", null);
                await stack.WaitsForLockAsync("%FROM jobs WHERE batch_id%FOR NO KEY UPDATE%");
                await stack.Api.KillAsync();
                await Assert.ThrowsAsync<HttpRequestException>(() => retry);
            }

            Assert.Equal(Jobs, await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND state = 4", id));
        }

        await stack.StartApiAsync();
        using HttpClient next = stack.Client();
        Assert.Equal("cancelled", (await next.BatchAsync(id)).GetProperty("status").GetString());
        await RetryAsync(next, id);
        await stack.StartWorker().ReadyAsync();
        await CheckCompletedAsync(stack, next, id);
    }

    [Fact]
    public async Task An_API_killed_while_it_finalizes_a_retried_batch_leaves_the_old_files_until_the_next_replaces_them()
    {
        await using RunningStack stack = await RunningStack.StartAsync();
        (HttpClient client, string id) = await CancelledAsync(stack);
        string old;
        using (client)
        {
            old = (await client.BatchAsync(id)).GetProperty("error_file_id").GetString()!;
            await RetryAsync(client, id);
            // Files can be read and deleted, but none be made: there the finalizer waits.
            await using NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE file_chunks IN SHARE MODE");
            await stack.StartWorker().ReadyAsync();
            await stack.WaitsForLockAsync("INSERT INTO file_chunks%");
            await stack.Api.KillAsync();
        }

        await Eventually.HoldsAsync(
            async () => await stack.NumberAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'INSERT INTO file_chunks%' AND state <> 'idle'") == 0);
        Assert.Equal(1, await stack.NumberAsync("SELECT count(*) FROM files WHERE filename LIKE $1 || '%'", id));
        await stack.StartApiAsync();
        using HttpClient next = stack.Client();
        await CheckCompletedAsync(stack, next, id);
        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM files WHERE id = $1", old));
        Assert.Equal(1, await stack.NumberAsync("SELECT count(*) FROM files WHERE filename LIKE $1 || '%'", id));
    }

    [Fact]
    public async Task Who_follows_results_goes_on_after_the_last_cursor_when_the_API_was_killed()
    {
        await using RunningStack stack = await RunningStack.StartAsync(("Pipeline:Worker:Echo:DelayMilliseconds", "100"));
        await stack.StartWorker().ReadyAsync();
        using HttpClient client = stack.Client();
        string id = await client.SubmitAsync(stack.Model, Enumerable.Range(1, Jobs).Select(i => $"word {i}"));
        await Eventually.HoldsAsync(async () => (await client.BatchAsync(id)).GetProperty("status").GetString() == "in_progress");

        List<JsonElement> lines = [];
        Exception? broken = await Record.ExceptionAsync(() => FollowAsync(client, id, "0", async line =>
        {
            lines.Add(line);
            if (lines.Count == 50)
            {
                await stack.Api.KillAsync();
            }
        }));
        Assert.IsType<HttpIOException>(broken, exactMatch: false);
        Assert.InRange(lines.Count, 50, Jobs - 1);

        await stack.StartApiAsync();
        using HttpClient next = stack.Client();
        await FollowAsync(next, id, lines[^1].GetProperty("cursor").GetString()!, line =>
        {
            lines.Add(line);
            return Task.CompletedTask;
        });
        Assert.Equal("completed", (await next.BatchAsync(id)).GetProperty("status").GetString());
        Assert.Equal(Enumerable.Range(1, Jobs).Select(i => $"line-{i}").Order(), lines.Select(line => line.GetProperty("custom_id").GetString()!).Order());
        Assert.Equal(Enumerable.Range(1, Jobs).Select(i => $"{i}"), lines.Select(line => line.GetProperty("cursor").GetString()));
    }

    [Fact]
    public async Task A_cancelled_batch_lets_go_of_the_device_as_soon_as_the_worker_hears_of_it()
    {
        // Jobs of ten minutes, a look at what is still wanted once a minute: only the notification can end them sooner.
        await using RunningStack stack = await RunningStack.StartAsync(("Pipeline:Worker:Echo:DelayMilliseconds", "600000"), ("Pipeline:Worker:WatchSeconds", "60"));
        await stack.StartWorker().ReadyAsync();
        using HttpClient client = stack.Client();
        string id = await client.SubmitAsync(stack.Model, Enumerable.Range(1, Jobs).Select(i => $"word {i}"));
        await Eventually.HoldsAsync(async () => await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND state = 1", id) == 64);
        using HttpResponseMessage cancel = await client.PostAsync($"/v1/batches/{id}/cancel", null);
        Assert.True(cancel.IsSuccessStatusCode);
        JsonElement batch = await client.EndOfBatchAsync(id, TimeSpan.FromSeconds(40));
        Assert.Equal("cancelled", batch.GetProperty("status").GetString());
        Assert.Equal(64, await stack.NumberAsync("SELECT count(*) FROM job_costs WHERE batch_id = $1 AND outcome = 'cancelled'", id));

        // The device takes the next batch.
        string other = await client.SubmitAsync(stack.Model, ["next"]);
        await Eventually.HoldsAsync(async () => await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND state = 1", other) == 1);
    }

    /// <summary>A batch whose jobs were all cancelled, no worker having been there.</summary>
    private static async Task<(HttpClient Client, string Id)> CancelledAsync(RunningStack stack)
    {
        HttpClient client = stack.Client();
        string id = await client.SubmitAsync(stack.Model, Enumerable.Range(1, Jobs).Select(i => $"word {i}"));
        await Eventually.HoldsAsync(async () => (await client.BatchAsync(id)).GetProperty("status").GetString() == "in_progress");
        using HttpResponseMessage cancel = await client.PostAsync($"/v1/batches/{id}/cancel", null);
        Assert.Equal("cancelled", (await client.EndOfBatchAsync(id, TimeSpan.FromSeconds(60))).GetProperty("status").GetString());
        return (client, id);
    }

    private static async Task RetryAsync(HttpClient client, string id)
    {
        using HttpResponseMessage retry = await client.PostAsync($"/v1/batches/{id}/retry", null);
        Assert.True(retry.IsSuccessStatusCode, await retry.Content.ReadAsStringAsync());
    }

    private static async Task CheckCompletedAsync(RunningStack stack, HttpClient client, string id)
    {
        JsonElement batch = await client.EndOfBatchAsync(id, TimeSpan.FromSeconds(90));
        Assert.Equal("completed", batch.GetProperty("status").GetString());
        List<JsonElement> lines = await client.LinesAsync(batch, "output_file_id");
        Assert.Equal(Enumerable.Range(1, Jobs).Select(i => $"line-{i}"), lines.Select(line => line.GetProperty("custom_id").GetString()));
        Assert.Equal(JsonValueKind.Null, batch.GetProperty("error_file_id").ValueKind);
        Assert.Equal(Jobs, await stack.NumberAsync("SELECT count(*) FROM job_costs WHERE batch_id = $1", id));
        Assert.Equal(0, await stack.NumberAsync("SELECT remaining FROM batches WHERE id = $1", id));
    }

    private static async Task FollowAsync(HttpClient client, string id, string after, Func<JsonElement, Task> each)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"/v1/batches/{id}/results?follow=true&after={after}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length > 0)
            {
                await each(JsonElement.Parse(line));
            }
        }
    }
}
