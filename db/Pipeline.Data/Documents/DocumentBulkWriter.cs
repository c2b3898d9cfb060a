using Npgsql;
using NpgsqlTypes;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Documents;

/// <summary>Writes the documents of a set and the jobs that work on them, by binary COPY, in the caller's transaction.</summary>
public static class DocumentBulkWriter
{
    /// <summary>Writes documents.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyCollection<Document> documents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(documents);
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            "COPY documents (batch_id, number, name, kind, pages, characters, parts, line, waits_for_level, error_code, error_message) FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        foreach (Document document in documents)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(document.BatchId, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(document.Number, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(document.Name, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(document.Kind, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(document.Pages, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(document.Characters, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(document.Parts, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(document.Line, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(document.WaitsForLevel, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(document.ErrorCode, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(document.ErrorMessage, NpgsqlDbType.Text, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes which lines work on which documents; the documents are there.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyCollection<DocumentJob> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(jobs);
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            "COPY document_jobs (batch_id, line, number, level) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (DocumentJob job in jobs)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(job.BatchId, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(job.Line, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(job.Number, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(job.Level, NpgsqlDbType.Integer, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
