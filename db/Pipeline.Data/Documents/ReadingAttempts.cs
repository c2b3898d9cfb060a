using Npgsql;

namespace Pipeline.Data.Documents;

/// <summary>
/// Keeps account of who reads a document set, outside the transaction that reading is: a file that kills its reader would be
/// read again by the next, for ever. Once reading has broken off, each upload is noted before it is begun; one that it dies in
/// twice is passed over.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="batchId">The set.</param>
public sealed class ReadingAttempts(NpgsqlDataSource dataSource, string batchId)
{
    private const int MostDeaths = 2;

    private int[] _deadly = [];
    private bool _careful;

    /// <summary>Notes that reading begins; to be called by one reader at a time.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            UPDATE document_sets SET read_attempts = read_attempts + 1, reading_upload = NULL,
                deadly_uploads = CASE WHEN reading_upload IS NULL THEN deadly_uploads ELSE array_append(deadly_uploads, reading_upload) END
            WHERE batch_id = $1 RETURNING read_attempts, deadly_uploads
            """);
        command.Parameters.Add(new() { Value = batchId });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            _careful = reader.GetInt32(0) > 1;
            _deadly = reader.GetFieldValue<int[]>(1);
        }
    }

    /// <summary>Notes which upload is begun.</summary>
    /// <returns>Whether it may be read: false for one that reading died in too often.</returns>
    public async Task<bool> MayReadAsync(int upload, CancellationToken cancellationToken)
    {
        if (_deadly.Count(number => number == upload) >= MostDeaths)
        {
            return false;
        }

        if (_careful)
        {
            await NoteAsync(upload, cancellationToken);
        }

        return true;
    }

    /// <summary>Notes that no upload is being read any more. May be repeated.</summary>
    public Task EndAsync() => _careful ? NoteAsync(null, CancellationToken.None) : Task.CompletedTask;

    private async Task NoteAsync(int? upload, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand("UPDATE document_sets SET reading_upload = $2 WHERE batch_id = $1");
        command.Parameters.Add(new() { Value = batchId });
        command.Parameters.Add(new() { Value = (object?)upload ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
