using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Results;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Scheduler.Tests.Duties;

public sealed class PurgeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Files_past_their_time_go_with_their_content_and_the_others_stay()
    {
        database.Require();
        List<string> expired = [];
        for (int i = 0; i < 25; i++)
        {
            expired.Add(await AddFileAsync(TimeSpan.FromSeconds(-1)));
        }

        string later = await AddFileAsync(TimeSpan.FromHours(1));
        string never = await AddFileAsync(null);
        string wanted = await AddFileAsync(TimeSpan.FromSeconds(-1));
        string batchId = await database.AddBatchAsync("m", ["a"]);
        await database.ExecuteAsync("UPDATE batches SET status = 'validating', input_file_id = $2 WHERE id = $1", batchId, wanted);

        Assert.Equal(25, await Purge.FilesAsync(database.DataSource, default));
        await using PipelineDbContext context = database.CreateContext();
        Assert.Equal(new[] { later, never, wanted }.Order(), (await context.Files.Select(file => file.Id).ToListAsync()).Order());
        Assert.Equal(3, await context.FileChunks.CountAsync());
        Assert.Equal(0, await Purge.FilesAsync(database.DataSource, default));
    }

    [Fact]
    public async Task Jobs_go_after_their_retention_when_their_batch_has_ended_and_the_ledger_stays()
    {
        database.Require();
        string ended = await database.AddBatchAsync("m", ["a", "b"]);
        string open = await database.AddBatchAsync("m", ["c"]);
        await database.ExecuteAsync("UPDATE jobs SET state = 2, finished_at = now() - interval '31 days'");
        await database.ExecuteAsync("UPDATE slices SET state = 3, done_at = now() - interval '31 days'");
        await database.ExecuteAsync("UPDATE batches SET status = 'completed', completed_at = now() - interval '31 days' WHERE id = $1", ended);
        await database.ExecuteAsync(
            """
            INSERT INTO job_costs (job_id, attempt, tenant_id, batch_id, model, worker_id, outcome, prompt_tokens, cached_tokens, completion_tokens,
                queue_seconds, prefill_seconds, decode_seconds, device_seconds, price_per_device_hour, cost, currency, created_at)
            SELECT id, 1, tenant_id, batch_id, 'm', 'w', 'completed', 1, 0, 1, 0, 0, 0, 0, 0, 0, 'USD', now() FROM jobs
            """);
        Assert.Equal(0, await Purge.JobsAsync(database.DataSource, TimeSpan.FromDays(32), default));
        Assert.Equal(2, await Purge.JobsAsync(database.DataSource, TimeSpan.FromDays(30), default));
        Assert.Empty(await database.JobsAsync(ended));
        Assert.Empty(await database.SlicesAsync(ended));
        Assert.Single(await database.JobsAsync(open));
        Assert.Equal(2, (await database.LedgerAsync(ended)).Count);
        await using PipelineDbContext context = database.CreateContext();
        Assert.Equal(1, await context.JobBodies.CountAsync(body => context.Jobs.Any(job => job.Id == body.JobId && job.BatchId == open)));
        Assert.False(await context.JobBodies.AnyAsync(body => !context.Jobs.Any(job => job.Id == body.JobId)));
    }

    [Fact]
    public async Task A_hundred_thousand_old_jobs_go_while_others_are_claimed_and_committed_and_one_is_held()
    {
        database.Require();
        await using TestDatabase own = new();
        await own.InitializeAsync();
        string old = await own.AddBatchAsync("m", ["a"]);
        string live = await own.AddBatchAsync("m", ["b", "c"]);
        await own.ExecuteAsync(
            """
            INSERT INTO jobs (id, tenant_id, batch_id, line, model, state, attempts, priority, created_at, finished_at)
            SELECT 10000000 + n, b.tenant_id, b.id, n, 'm', 2, 1, 0, now(), now() - interval '31 days' FROM batches b, generate_series(2, 100000) n WHERE b.id = $1
            """,
            old);
        await own.ExecuteAsync("INSERT INTO job_bodies (job_id, custom_id, url, body) SELECT id, 'c' || id, '/v1/chat/completions', '{}' FROM jobs WHERE id > 10000000");
        await own.ExecuteAsync("INSERT INTO job_results (job_id, status_code, request_id, body, created_at) SELECT id, 200, 'req_' || id, '{}', now() FROM jobs WHERE id > 10000000");
        await own.ExecuteAsync("UPDATE jobs SET state = 2, finished_at = now() - interval '31 days' WHERE batch_id = $1", old);
        await own.ExecuteAsync("UPDATE batches SET status = 'completed', completed_at = now() - interval '31 days' WHERE id = $1", old);
        await own.AddWorkerAsync("w");

        // Somebody holds one of the old jobs, and a body: the purge passes over the one, and stands in the middle of its work at the other.
        await using NpgsqlConnection holder = await own.DataSource.OpenConnectionAsync();
        await using NpgsqlTransaction held = await holder.BeginTransactionAsync();
        await using NpgsqlConnection reader = await own.DataSource.OpenConnectionAsync();
        await using NpgsqlTransaction reading = await reader.BeginTransactionAsync();
        await LockAsync(holder, "SELECT 1 FROM jobs WHERE batch_id = $1 AND line = 500 FOR UPDATE", old);
        await LockAsync(reader, "SELECT 1 FROM job_bodies WHERE job_id IN (SELECT id FROM jobs WHERE batch_id = $1 AND line = 50000) FOR UPDATE", old);
        Task<int> purge = Task.Run(() => Purge.JobsAsync(own.DataSource, TimeSpan.FromDays(30), default));
        await Eventually.HoldsAsync(
            async () => await NumberAsync(own, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1, TimeSpan.FromSeconds(60), "the purge waits");

        long slice = (await own.SlicesAsync(live))[0].Id;
        ClaimedJobs claimed = await new SliceClaimer(own.DataSource).ClaimAsync(slice, "w", 10, default);
        await new ResultCommitter(own.DataSource).CommitAsync([.. claimed.Jobs.Select(Finished)], default);
        Assert.Equal(BatchStatus.Finalizing, (await own.BatchAsync(live)).Status);
        Assert.False(purge.IsCompleted);

        await reading.RollbackAsync();
        Assert.Equal(99_999, await purge);
        await held.RollbackAsync();
        Assert.Equal(500, Assert.Single(await own.JobsAsync(old)).Line);
        Assert.Equal(1, await Purge.JobsAsync(own.DataSource, TimeSpan.FromDays(30), default));
        Assert.Equal(2, await NumberAsync(own, "SELECT count(*) FROM job_bodies"));
        Assert.Equal(2, await NumberAsync(own, "SELECT count(*) FROM job_results"));
    }

    [Fact]
    public async Task Single_jobs_documents_runs_of_schedules_and_webhooks_of_batches_go_too()
    {
        database.Require();
        await using TestDatabase own = new();
        await own.InitializeAsync();
        string ended = await own.AddBatchAsync("m", []);
        string schedule = await own.AddScheduleAsync("0 2 * * *", DateTimeOffset.UnixEpoch);
        await own.ExecuteAsync("UPDATE batches SET status = 'completed', completed_at = now() - interval '31 days' WHERE id = $1", ended);
        await own.ExecuteAsync(
            """
            INSERT INTO jobs (id, tenant_id, line, model, state, attempts, priority, created_at, finished_at)
            VALUES (90000001, gen_random_uuid(), 0, 'm', 2, 1, 0, now(), now() - interval '31 days'),
                (90000002, gen_random_uuid(), 0, 'm', 2, 1, 0, now(), now()), (90000003, gen_random_uuid(), 0, 'm', 0, 0, 0, now(), NULL)
            """);
        await own.ExecuteAsync(
            """
            INSERT INTO schedule_runs (id, schedule_id, tenant_id, scheduled_at, manual, state, batch_id, created_at, ended_at)
            SELECT 'run_' || n, s.id, s.tenant_id, now() - n * interval '1 day', false, 1, $2, now(), now() - n * interval '1 day' FROM schedules s, generate_series(29, 32) n WHERE s.id = $1
            """,
            schedule,
            ended);
        await own.ExecuteAsync(
            "INSERT INTO document_sets (batch_id, tenant_id, prompt, model, max_tokens, rows_are_documents, files, created_at, read_attempts, deadly_uploads) SELECT id, tenant_id, 'p', 'm', 1, false, 1, now(), 1, '{}' FROM batches WHERE id = $1",
            ended);
        await own.ExecuteAsync("INSERT INTO documents (batch_id, number, name, characters, parts) VALUES ($1, 0, 'a.txt', 1, 1), ($1, 1, 'b.txt', 1, 1)", ended);
        await own.ExecuteAsync(
            """
            INSERT INTO webhook_endpoints (id, tenant_id, batch_id, url, events, secret, created_at)
            SELECT n, s.tenant_id, CASE n WHEN 'whep_batch' THEN $2 END, 'https://example.com/', '{}', 'whsec_', now() FROM schedules s, unnest(ARRAY['whep_batch', 'whep_all']) n WHERE s.id = $1
            """,
            schedule,
            ended);
        Assert.Equal(1, await Purge.JobsAsync(own.DataSource, TimeSpan.FromDays(30), default));
        await using PipelineDbContext context = own.CreateContext();
        Assert.Equal([90_000_002, 90_000_003], await context.Jobs.Where(job => job.BatchId == null).Select(job => job.Id).Order().ToListAsync());
        Assert.Equal("run_29", (await context.ScheduleRuns.SingleAsync()).Id);
        Assert.Equal(0, await context.Documents.CountAsync());
        Assert.Equal("whep_all", (await context.WebhookEndpoints.SingleAsync()).Id);
    }

    private static FinishedAttempt Finished(ClaimedJob job) => new()
    {
        Job = job,
        Outcome = AttemptOutcome.Completed,
        Model = "m",
        StatusCode = 200,
        RequestId = PublicIds.Request(),
        Body = "{}",
        Tokens = new AttemptTokens(1, 0, 1, 0),
        Seconds = new AttemptSeconds(0, 0, 0, 0),
        PricePerDeviceHour = 0,
        Currency = "USD",
    };

    private static async Task LockAsync(NpgsqlConnection connection, string sql, string batchId)
    {
        await using NpgsqlCommand command = new(sql, connection);
        command.Parameters.Add(new() { Value = batchId });
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    private static async Task<long> NumberAsync(TestDatabase own, string sql)
    {
        await using NpgsqlCommand command = own.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> AddFileAsync(TimeSpan? life)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        StoredFile file = new() { Id = PublicIds.File(), TenantId = Guid.NewGuid(), Purpose = "batch", Filename = "f", Bytes = 1, CreatedAt = now, ExpiresAt = now + life };
        await using PipelineDbContext context = database.CreateContext();
        context.Files.Add(file);
        context.FileChunks.Add(new FileChunk { FileId = file.Id, Sequence = 0, Content = [1] });
        await context.SaveChangesAsync();
        return file.Id;
    }
}
