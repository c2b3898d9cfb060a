using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.Data.Batches;

/// <summary>How far a batch is, and how fast it goes.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Total">Its jobs.</param>
/// <param name="Completed">Those answered with success.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="Remaining">Those not yet ended.</param>
/// <param name="JobsPerSecond">Jobs that ended in a second, over the last minute or since it began; 0 before the first.</param>
public sealed record BatchProgress(string BatchId, BatchStatus Status, int Total, int Completed, int Failed, int Remaining, double JobsPerSecond)
{
    private const double LongestEstimate = 365.0 * 86_400;

    // The last hundred transactions that ended jobs are enough to tell a rate by.
    private const string Sql =
        """
        SELECT b.id, b.status, b.total, b.completed, b.failed, b.remaining,
            coalesce(recent.jobs / greatest(0.001, extract(epoch FROM clock_timestamp() - recent.since)), 0)::float8
        FROM batches b CROSS JOIN LATERAL (
            SELECT sum(cardinality(e.job_ids)) AS jobs,
                CASE WHEN count(*) = 100 THEN min(e.ended_at) ELSE greatest(b.in_progress_at, clock_timestamp() - interval '1 minute') END AS since
            FROM (SELECT job_ids, ended_at FROM endings WHERE batch_id = b.id ORDER BY first DESC LIMIT 100) e
            WHERE e.ended_at >= greatest(b.in_progress_at, clock_timestamp() - interval '1 minute')) recent
        WHERE b.id = ANY($1)
        """;

    /// <summary>How long the rest takes at this rate; <see langword="null"/> if that cannot be told, or there is no rest.</summary>
    public TimeSpan? TimeLeft => Status == BatchStatus.InProgress && JobsPerSecond > 0 ? TimeSpan.FromSeconds(Math.Min(Remaining / JobsPerSecond, LongestEstimate)) : null;

    /// <summary>Whether it stands where <paramref name="other"/> stands, however fast.</summary>
    public bool IsAt(BatchProgress? other) => other is not null && this with { JobsPerSecond = 0 } == other with { JobsPerSecond = 0 };

    /// <summary>How far these batches are, in one query.</summary>
    public static async Task<IReadOnlyList<BatchProgress>> ReadAsync(NpgsqlDataSource dataSource, string[] batchIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = batchIds });
        List<BatchProgress> batches = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            batches.Add(new(
                reader.GetString(0),
                BatchStatusNames.Parse(reader.GetString(1)),
                reader.GetInt32(2),
                reader.GetInt32(3),
                reader.GetInt32(4),
                reader.GetInt32(5),
                reader.GetDouble(6)));
        }

        return batches;
    }
}
