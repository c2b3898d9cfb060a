using Npgsql;
using Pipeline.Data.Notifications;

namespace Pipeline.Data.Documents;

/// <summary>Makes documents wait for merges that were added between their parts and their answer.</summary>
public static class DocumentLevels
{
    private const string RaiseSql =
        """
        WITH counted AS (
            UPDATE batches SET total = total + $3, remaining = remaining + $3 WHERE id = $1 RETURNING id),
        raised AS (
            UPDATE documents SET waits_for_level = waits_for_level + 1 WHERE batch_id = $1 AND number = ANY($2))
        SELECT pg_notify($4, ''), pg_notify($5, id) FROM counted
        """;

    /// <summary>Counts the jobs that were added to a batch, which the caller has locked, and makes the documents wait for them.</summary>
    public static async Task RaiseAsync(NpgsqlConnection connection, string batchId, int[] numbers, int jobs, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(RaiseSql, connection)
        {
            Parameters =
            {
                new() { Value = batchId },
                new() { Value = numbers },
                new() { Value = jobs },
                new() { Value = NotificationChannels.Dispatch },
                new() { Value = NotificationChannels.Progress },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
