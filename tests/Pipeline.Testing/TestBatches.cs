using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.States;

namespace Pipeline.Testing;

/// <summary>Batches in progress, as validation leaves them, and what became of them.</summary>
public static class TestBatches
{
    /// <summary>Writes a batch of one job per prompt, in slices, all queued and pending.</summary>
    /// <returns>The batch's id.</returns>
    public static async Task<string> AddBatchAsync(this TestDatabase database, string model, IReadOnlyList<string> prompts, int jobsPerSlice = 64, TimeSpan? window = null)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Batch batch = new()
        {
            Id = PublicIds.Batch(),
            TenantId = Guid.NewGuid(),
            Endpoint = "/v1/chat/completions",
            Model = model,
            InputFileId = PublicIds.File(),
            CompletionWindow = "24h",
            Status = BatchStatus.InProgress,
            Total = prompts.Count,
            Remaining = prompts.Count,
            CreatedAt = now,
            InProgressAt = now,
            ExpiresAt = now + (window ?? TimeSpan.FromHours(24)),
        };
        await using PipelineDbContext context = database.CreateContext();
        context.Batches.Add(batch);
        await context.SaveChangesAsync();
        await using NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        JobBulkWriter writer = new(connection, batch, model, jobsPerSlice, now);
        for (int i = 0; i < prompts.Count; i++)
        {
            await writer.AddAsync(new NewJob(i + 1, $"line-{i + 1}", "/v1/chat/completions", ChatBody(model, prompts[i])), CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        await transaction.CommitAsync();
        return batch.Id;
    }

    /// <summary>A row in <c>workers</c>, heard of <paramref name="silence"/> ago.</summary>
    public static async Task AddWorkerAsync(this TestDatabase database, string id, TimeSpan silence = default, bool stopped = false)
    {
        DateTimeOffset at = TimeProvider.System.GetUtcNow() - silence;
        await using PipelineDbContext context = database.CreateContext();
        context.Workers.Add(new Worker
        {
            Id = id, Host = "test", Model = "m", Device = "echo", StartedAt = at, HeartbeatAt = at, StoppedAt = stopped ? at : null,
        });
        await context.SaveChangesAsync();
    }

    /// <summary>The batch's jobs in line order.</summary>
    public static async Task<List<Job>> JobsAsync(this TestDatabase database, string batchId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.Jobs.AsNoTracking().Where(job => job.BatchId == batchId).OrderBy(job => job.Line).ToListAsync();
    }

    /// <summary>The batch as it is now.</summary>
    public static async Task<Batch> BatchAsync(this TestDatabase database, string batchId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.Batches.AsNoTracking().SingleAsync(batch => batch.Id == batchId);
    }

    /// <summary>The batch's slices in order.</summary>
    public static async Task<List<Slice>> SlicesAsync(this TestDatabase database, string batchId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.Slices.AsNoTracking().Where(slice => slice.BatchId == batchId).OrderBy(slice => slice.Id).ToListAsync();
    }

    /// <summary>The batch's ledger, by job and attempt.</summary>
    public static async Task<List<JobCost>> LedgerAsync(this TestDatabase database, string batchId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.JobCosts.AsNoTracking().Where(cost => cost.BatchId == batchId).OrderBy(cost => cost.JobId).ThenBy(cost => cost.Attempt).ToListAsync();
    }

    /// <summary>The results of the batch's jobs, by job.</summary>
    public static async Task<Dictionary<long, JobResult>> ResultsAsync(this TestDatabase database, string batchId)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.JobResults.AsNoTracking()
            .Where(result => context.Jobs.Any(job => job.Id == result.JobId && job.BatchId == batchId))
            .ToDictionaryAsync(result => result.JobId);
    }

    /// <summary>Runs a statement with positional parameters.</summary>
    /// <returns>The number of rows it changed.</returns>
    public static async Task<int> ExecuteAsync(this TestDatabase database, string sql, params object[] parameters)
    {
        await using NpgsqlCommand command = database.DataSource.CreateCommand(sql);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return await command.ExecuteNonQueryAsync();
    }

    private static byte[] ChatBody(string model, string prompt) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
        new { model, messages = new[] { new { role = "user", content = prompt } } });
}
