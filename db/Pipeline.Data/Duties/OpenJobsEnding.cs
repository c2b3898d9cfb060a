using Npgsql;
using Pipeline.Data.Results;
using Pipeline.Data.States;

namespace Pipeline.Data.Duties;

/// <summary>Ends jobs because their batch ends. Safe to run twice at once, and next to workers that commit.</summary>
public static class OpenJobsEnding
{
    /// <summary>
    /// Expires the open jobs of batches in progress whose window has closed, running ones included (their results will be
    /// fenced): such a batch starts finalizing, to become expired.
    /// </summary>
    /// <returns>How many jobs were expired.</returns>
    public static Task<int> ExpireAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) => EndAsync(
        dataSource, "status = $1 AND expires_at <= now()", BatchStatus.InProgress, JobState.Expired, Transitions.SourcesOf(JobState.Expired), cancellationToken);

    /// <summary>
    /// Cancels what is queued in batches that are being cancelled: a job that was handed back while its batch was being
    /// cancelled can slip past both. Running jobs are their workers' to end.
    /// </summary>
    /// <returns>How many jobs were cancelled.</returns>
    public static Task<int> CancelAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) => EndAsync(
        dataSource, "status = $1", BatchStatus.Cancelling, JobState.Cancelled, [(short)JobState.Queued], cancellationToken);

    /// <summary>Cancels the open single jobs of a tenant, running ones included: their results will be fenced.</summary>
    /// <returns>How many jobs were cancelled.</returns>
    public static Task<int> CancelSinglesAsync(NpgsqlDataSource dataSource, Guid tenantId, CancellationToken cancellationToken) => EndJobsAsync(
        dataSource, "tenant_id = $1 AND batch_id IS NULL", tenantId, batchId: null, JobState.Cancelled, Claims.JobStates.Open, cancellationToken);

    private static async Task<int> EndAsync(
        NpgsqlDataSource dataSource, string condition, BatchStatus status, JobState to, short[] from, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        int ended = 0;
        foreach (string batchId in await BatchesAsync(dataSource, condition, status, from, cancellationToken))
        {
            ended += await EndJobsAsync(dataSource, "batch_id = $1", batchId, batchId, to, from, cancellationToken);
        }

        return ended;
    }

    private static async Task<List<string>> BatchesAsync(
        NpgsqlDataSource dataSource, string condition, BatchStatus status, short[] from, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            $"SELECT b.id FROM batches b WHERE {condition} AND EXISTS (SELECT 1 FROM jobs j WHERE j.batch_id = b.id AND j.state = ANY($2)) ORDER BY b.id");
        command.Parameters.Add(new() { Value = status.ToName() });
        command.Parameters.Add(new() { Value = from });
        List<string> ids = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    private static async Task<int> EndJobsAsync(
        NpgsqlDataSource dataSource, string condition, object owner, string? batchId, JobState to, short[] from, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        List<SettledJob> jobs = [];
        await using (NpgsqlBatch batch = new(connection, transaction))
        {
            batch.BatchCommands.Add(new($"SELECT 1 FROM jobs WHERE {condition} AND state = ANY($2) ORDER BY id FOR NO KEY UPDATE")
            {
                Parameters = { new() { Value = owner }, new() { Value = from } },
            });
            batch.BatchCommands.Add(new($"UPDATE jobs SET state = $3, finished_at = now() WHERE {condition} AND state = ANY($2) RETURNING id, slice_id")
            {
                Parameters = { new() { Value = owner }, new() { Value = from }, new() { Value = (short)to } },
            });
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                jobs.Add(new(reader.GetInt64(0), batchId, reader.IsDBNull(1) ? null : reader.GetInt64(1), to, default));
            }
        }

        await Settlement.SettleAsync(connection, transaction, jobs, returnSlices: true, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return jobs.Count;
    }
}
