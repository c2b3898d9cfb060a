using Npgsql;
using Pipeline.Data.Batches;
using Pipeline.Data.States;

namespace Pipeline.Data.Documents;

/// <summary>Finds documents in parts whose parts have all been answered, or have failed.</summary>
public static class WaitingMerges
{
    private const string Ready =
        """
        d.waits_for_level IS NOT NULL AND f.state = $2 AND NOT EXISTS (
            SELECT 1 FROM document_jobs p JOIN jobs j ON j.batch_id = p.batch_id AND j.line = p.line
            WHERE p.batch_id = d.batch_id AND p.number = d.number AND p.level = d.waits_for_level AND j.state = ANY($3))
        """;

    private const string ListSql =
        $"""
        SELECT d.batch_id, d.number
        FROM batches b JOIN documents d ON d.batch_id = b.id JOIN jobs f ON f.batch_id = d.batch_id AND f.line = d.line
        WHERE b.status = $1 AND {Ready}
        ORDER BY d.batch_id COLLATE "C", d.number LIMIT $4
        """;

    // The locks first and by themselves: what the next statement reads is what the last holder left.
    private const string LockSql =
        """
        SELECT number FROM documents WHERE batch_id = $1 AND number = ANY($2) AND waits_for_level IS NOT NULL ORDER BY number FOR NO KEY UPDATE SKIP LOCKED
        """;

    private const string LockJobsSql =
        """
        SELECT 1 FROM jobs j JOIN documents d ON d.batch_id = j.batch_id AND d.line = j.line
        WHERE d.batch_id = $1 AND d.number = ANY($2) ORDER BY j.id FOR NO KEY UPDATE OF j
        """;

    private const string FindSql =
        $"""
        SELECT d.number, d.name, d.waits_for_level, f.id
        FROM documents d JOIN jobs f ON f.batch_id = d.batch_id AND f.line = d.line
        WHERE d.batch_id = $1 AND d.number = ANY($4) AND {Ready} ORDER BY d.number
        """;

    private const string AnswersSql =
        """
        SELECT d.number, j.id, j.state, b.custom_id, r.status_code, r.request_id, r.body, r.error_code, r.error_message
        FROM documents d JOIN document_jobs p ON p.batch_id = d.batch_id AND p.number = d.number AND p.level = d.waits_for_level
            JOIN jobs j ON j.batch_id = p.batch_id AND j.line = p.line JOIN job_bodies b ON b.job_id = j.id LEFT JOIN job_results r ON r.job_id = j.id
        WHERE d.batch_id = $1 AND d.number = ANY($2) ORDER BY d.number, p.line
        """;

    private static readonly short[] Open = [(short)JobState.Queued, (short)JobState.Running];

    /// <summary>The documents that are ready, by batch, of batches in progress.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="atMost">How many to look for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ILookup<string, int>> ReadyAsync(NpgsqlDataSource dataSource, int atMost, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(ListSql);
        Add(command, BatchStatus.InProgress.ToName(), (short)JobState.Queued, Open, atMost);
        List<(string BatchId, int Number)> found = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return found.ToLookup(document => document.BatchId, document => document.Number);
    }

    /// <summary>Locks documents of a batch, and then the jobs that answer for them, in the order in which all lock jobs; reads what is ready of them.</summary>
    /// <param name="connection">Where the transaction is.</param>
    /// <param name="batchId">The batch.</param>
    /// <param name="numbers">The documents.</param>
    /// <param name="cancellationToken">Gives up; the transaction is then to be rolled back.</param>
    /// <returns>Those that are ready and that nobody else is at, with the answers of their parts in order.</returns>
    public static async Task<IReadOnlyList<WaitingMerge>> LockAsync(NpgsqlConnection connection, string batchId, int[] numbers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        List<int> locked = [];
        await using (NpgsqlCommand locking = Add(new(LockSql, connection), batchId, numbers))
        await using (NpgsqlDataReader reader = await locking.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                locked.Add(reader.GetInt32(0));
            }
        }

        int[] mine = [.. locked];
        await using (NpgsqlCommand locking = Add(new(LockJobsSql, connection), batchId, mine))
        {
            await locking.ExecuteNonQueryAsync(cancellationToken);
        }

        ILookup<int, ResultRow> answers = await AnswersAsync(connection, batchId, mine, cancellationToken);
        List<WaitingMerge> merges = [];
        await using NpgsqlCommand finding = Add(new(FindSql, connection), batchId, (short)JobState.Queued, Open, mine);
        await using NpgsqlDataReader found = await finding.ExecuteReaderAsync(cancellationToken);
        while (await found.ReadAsync(cancellationToken))
        {
            int number = found.GetInt32(0);
            merges.Add(new(batchId, number, found.GetString(1), found.GetInt32(2), found.GetInt64(3), [.. answers[number]]));
        }

        return merges;
    }

    private static async Task<ILookup<int, ResultRow>> AnswersAsync(NpgsqlConnection connection, string batchId, int[] numbers, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Add(new(AnswersSql, connection), batchId, numbers);
        List<(int Number, ResultRow Row)> rows = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetInt32(0), ResultRows.Read(reader, 1)));
        }

        return rows.ToLookup(row => row.Number, row => row.Row);
    }

    private static NpgsqlCommand Add(NpgsqlCommand command, params object[] parameters)
    {
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return command;
    }
}
