using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Data.Batches;

namespace Pipeline.Data.Documents;

/// <summary>Reads the documents of a set with their answers, whether or not the batch has ended.</summary>
public static class DocumentResults
{
    private const int DocumentsAtOnce = 256;

    /// <summary>Bytes of answers after which a page is over, so that memory stays flat.</summary>
    private const int EnoughBytes = 1 << 20;

    private const string PageSql =
        """
        SELECT d.number, d.name, d.kind, d.pages, d.parts, d.error_code, d.error_message,
            j.id, j.state, d.name, r.status_code, r.request_id, r.body, r.error_code, r.error_message,
            c.attempts, c.prompt, c.cached, c.completion, c.cost, c.currency
        FROM documents d
            LEFT JOIN jobs j ON j.batch_id = d.batch_id AND j.line = d.line
            LEFT JOIN job_results r ON r.job_id = j.id
            CROSS JOIN LATERAL (
                SELECT count(*) AS attempts, coalesce(sum(k.prompt_tokens), 0)::bigint AS prompt, coalesce(sum(k.cached_tokens), 0)::bigint AS cached,
                    coalesce(sum(k.completion_tokens), 0)::bigint AS completion, coalesce(sum(k.cost), 0) AS cost, min(k.currency) AS currency
                FROM document_jobs p JOIN jobs q ON q.batch_id = p.batch_id AND q.line = p.line JOIN job_costs k ON k.job_id = q.id
                WHERE p.batch_id = d.batch_id AND p.number = d.number) c
        WHERE d.batch_id = $1 AND d.number > $2 ORDER BY d.number LIMIT $3
        """;

    /// <summary>All documents in order, some in memory at a time, and no connection held while the caller does something with one.</summary>
    public static async IAsyncEnumerable<DocumentResult> ReadAsync(
        NpgsqlDataSource dataSource, string batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        int last = -1;
        while (true)
        {
            (List<DocumentResult> page, bool more) = await PageAsync(dataSource, batchId, last, cancellationToken);
            foreach (DocumentResult document in page)
            {
                yield return document;
                last = document.Number;
            }

            if (!more)
            {
                yield break;
            }
        }
    }

    private static async Task<(List<DocumentResult> Page, bool More)> PageAsync(
        NpgsqlDataSource dataSource, string batchId, int after, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(PageSql);
        command.Parameters.Add(new() { Value = batchId });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = DocumentsAtOnce, NpgsqlDbType = NpgsqlDbType.Integer });
        List<DocumentResult> page = [];
        long bytes = 0;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (bytes >= EnoughBytes)
            {
                return (page, true);
            }

            page.Add(Read(reader));
            bytes += page[^1].Answer?.Body?.Length ?? 0;
        }

        return (page, page.Count == DocumentsAtOnce);
    }

    private static DocumentResult Read(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.GetString(1),
        row.IsDBNull(2) ? null : row.GetString(2),
        row.IsDBNull(3) ? null : row.GetInt32(3),
        row.GetInt32(4),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : ResultRows.Read(row, 7),
        row.GetInt64(15) == 0 ? null : new DocumentBill(
            row.GetInt64(16), row.GetInt64(17), row.GetInt64(18), row.GetDecimal(19), row.IsDBNull(20) ? null : row.GetString(20)));
}
