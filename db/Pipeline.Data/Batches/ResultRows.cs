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
            SELECT j.id, j.state, b.custom_id, r.status_code, r.request_id, r.body, r.error_code, r.error_message
            FROM jobs j JOIN job_bodies b ON b.job_id = j.id LEFT JOIN job_results r ON r.job_id = j.id
            WHERE j.batch_id = $1 ORDER BY j.line
            """);
        command.Parameters.Add(new() { Value = batchId });
        command.CommandTimeout = 0;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ResultRow row = Read(reader, 0);
            yield return row.State.IsFinal()
                ? row
                : throw new InvalidOperationException($"Batch {batchId} is to be finalized, but its job {row.JobId} is {row.State}.");
        }
    }

    /// <summary>The row whose columns begin at <paramref name="first"/>: id, state, custom id, status, request id, body, error code and message.</summary>
    internal static ResultRow Read(NpgsqlDataReader reader, int first) => new(
        reader.GetInt64(first),
        (JobState)reader.GetInt16(first + 1),
        reader.GetString(first + 2),
        reader.IsDBNull(first + 3) ? 0 : reader.GetInt16(first + 3),
        reader.IsDBNull(first + 4) ? null : reader.GetString(first + 4),
        reader.IsDBNull(first + 5) ? null : reader.GetFieldValue<byte[]>(first + 5),
        reader.IsDBNull(first + 6) ? null : reader.GetString(first + 6),
        reader.IsDBNull(first + 7) ? null : reader.GetString(first + 7));
}
