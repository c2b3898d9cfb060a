using Npgsql;
using Pipeline.Data.Entities;

namespace Pipeline.ProducerApi.Schedules.Folders;

/// <summary>What a schedule's runs have taken already. Written in the transaction that makes the run's batch.</summary>
internal sealed class SeenFiles(NpgsqlConnection connection, string scheduleId)
{
    private const string FindSql = "SELECT name, size, modified_at, hash FROM schedule_documents WHERE schedule_id = $1 AND name = ANY($2)";

    private const string SaveSql =
        """
        INSERT INTO schedule_documents (schedule_id, name, size, modified_at, hash, run_id)
        SELECT $1, n, s, m, h, $6 FROM unnest($2, $3, $4, $5) AS t(n, s, m, h)
        ON CONFLICT (schedule_id, name) DO UPDATE SET size = excluded.size, modified_at = excluded.modified_at, hash = excluded.hash, run_id = excluded.run_id
        """;

    /// <summary>Those of the names that were taken before.</summary>
    public async Task<Dictionary<string, ScheduleDocument>> FindAsync(string[] names, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(FindSql, connection) { Parameters = { new() { Value = scheduleId }, new() { Value = names } } };
        Dictionary<string, ScheduleDocument> found = new(StringComparer.Ordinal);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetString(0)] = new ScheduleDocument
            {
                ScheduleId = scheduleId, Name = reader.GetString(0), Size = reader.GetInt64(1), ModifiedAt = reader.GetInt64(2), Hash = reader.GetFieldValue<byte[]>(3),
            };
        }

        return found;
    }

    /// <summary>Remembers files as a run has seen them.</summary>
    public async Task SaveAsync(IReadOnlyCollection<(FoundFile File, byte[] Hash)> files, string runId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(SaveSql, connection)
        {
            Parameters =
            {
                new() { Value = scheduleId },
                new() { Value = files.Select(seen => seen.File.Name).ToArray() },
                new() { Value = files.Select(seen => seen.File.Size).ToArray() },
                new() { Value = files.Select(seen => seen.File.ModifiedAt).ToArray() },
                new() { Value = files.Select(seen => seen.Hash).ToArray() },
                new() { Value = runId },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
