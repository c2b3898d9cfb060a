using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
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
        await database.ExecuteAsync("UPDATE batches SET status = 'completed' WHERE id = $1", ended);
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
