using System.Diagnostics;
using System.Text;
using Npgsql;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.States;

namespace Pipeline.Benchmarks.Service;

/// <summary>What binary COPY of jobs, bodies and slices reaches alone: the writer of the validation, in a transaction that is taken back.</summary>
internal static class CopyRate
{
    /// <returns>Jobs a second, the best of three.</returns>
    public static async Task<double> MeasureAsync(string postgres, int jobs, int length, CancellationToken cancellationToken)
    {
        double best = 0;
        for (int run = 0; run < 3; run++)
        {
            best = Math.Max(best, await OnceAsync(postgres, jobs, length, cancellationToken));
        }

        return best;
    }

    private static async Task<double> OnceAsync(string postgres, int jobs, int length, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(postgres);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Batch batch = new()
        {
            Id = PublicIds.Batch(), TenantId = Guid.NewGuid(), Endpoint = "/v1/chat/completions", InputFileId = PublicIds.File(), CompletionWindow = "24h",
            Status = BatchStatus.Validating, CreatedAt = now, ExpiresAt = now.AddDays(1),
        };
        byte[] body = Encoding.ASCII.GetBytes($"{{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"{new string('x', Math.Max(1, length - 100))}\"}}]}}");
        Stopwatch watch = Stopwatch.StartNew();
        JobBulkWriter writer = new(connection, batch, "m", BrokerRate.JobsPerSlice, now);
        for (int i = 0; i < jobs; i++)
        {
            await writer.AddAsync(new NewJob(i + 1, $"r{i}", batch.Endpoint, body), cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
        double seconds = watch.Elapsed.TotalSeconds;
        await transaction.RollbackAsync(cancellationToken);
        return jobs / seconds;
    }
}
