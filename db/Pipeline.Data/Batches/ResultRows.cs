using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.Data.Batches;

/// <summary>Streams the results of a batch whose jobs have all ended.</summary>
public static class ResultRows
{
    /// <summary>The rows in line order, one in memory at a time.</summary>
    /// <exception cref="InvalidOperationException">A job has not ended.</exception>
    public static async IAsyncEnumerable<ResultRow> ReadAsync(
        NpgsqlDataSource dataSource, string batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            SELECT j.id, j.state, b.custom_id, r.status_code, r.request_id, convert_to(r.body, 'UTF8'), r.error_code, r.error_message
            FROM jobs j JOIN job_bodies b ON b.job_id = j.id LEFT JOIN job_results r ON r.job_id = j.id
            WHERE j.batch_id = $1 ORDER BY j.line
            """);
        command.Parameters.Add(new() { Value = batchId });
        command.CommandTimeout = 0;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ResultRow row = new(
                reader.GetInt64(0),
                (JobState)reader.GetInt16(1),
                reader.GetString(2),
                reader.IsDBNull(3) ? 0 : reader.GetInt16(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.IsDBNull(7) ? null : reader.GetString(7));
            yield return row.State.IsFinal()
                ? row
                : throw new InvalidOperationException($"Batch {batchId} is to be finalized, but its job {row.JobId} is {row.State}.");
        }
    }
}
