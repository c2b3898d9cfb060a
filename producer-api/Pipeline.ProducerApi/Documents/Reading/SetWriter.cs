using Npgsql;
using Pipeline.Data.Documents;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Documents;
using Pipeline.ProducerApi.Batches.Validation;

namespace Pipeline.ProducerApi.Documents.Reading;

/// <summary>
/// Writes what was read of a set: the lines of its batch's input file as the documents come, then the documents. Not for concurrent use.
/// </summary>
/// <param name="connection">Where to write, in the caller's transaction.</param>
/// <param name="file">The input file, begun.</param>
/// <param name="requests">Writes the requests.</param>
/// <param name="planner">Divides documents over requests.</param>
/// <param name="batchId">The set.</param>
/// <param name="longestLine">Bytes that a line may have.</param>
internal sealed class SetWriter(NpgsqlConnection connection, FileContentWriter file, DocumentRequests requests, PartPlanner planner, string batchId, int longestLine)
{
    private readonly DocumentNames _names = new();
    private readonly List<Document> _documents = [];
    private readonly List<DocumentJob> _jobs = [];
    private int _lines;

    /// <summary>Documents that can be read.</summary>
    public int Readable { get; private set; }

    /// <summary>Those that cannot, as a failed batch lists its errors.</summary>
    public IReadOnlyList<LineError> Errors =>
        [.. _documents.Where(document => document.ErrorCode is not null).Select(document => new LineError(document.ErrorCode!, null, $"{document.Name}: {document.ErrorMessage}", "files"))];

    /// <summary>Adds a document, and its lines if it can be read.</summary>
    public async Task AddAsync(ReadDocument read, CancellationToken cancellationToken)
    {
        Document document = new()
        {
            BatchId = batchId,
            Number = _documents.Count,
            Name = _names.Unique(read.Name),
            Kind = read.Kind,
            Pages = read.Pages,
            Characters = read.Text?.Length ?? 0,
        };
        _documents.Add(document);
        try
        {
            IReadOnlyList<string> parts = planner.Plan(read.Text ?? throw read.Problem!);
            CheckLengths(document.Name, parts);
            document.Parts = parts.Count;
            Readable++;
            foreach ((int index, string part) in parts.Index())
            {
                await file.WriteAsync(Line(document.Name, part, index + 1, parts.Count), cancellationToken);
                _lines++;
                _jobs.Add(new DocumentJob { BatchId = batchId, Line = _lines, Number = document.Number, Level = parts.Count > 1 ? 0 : null });
            }

            document.Line = parts.Count > 1 ? null : _lines;
        }
        catch (UnreadableException e)
        {
            (document.ErrorCode, document.ErrorMessage) = (e.Code, Storable(e.Message));
        }
    }

    /// <summary>Writes the documents. Those in parts get an answering job each, on the lines after the file's last.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (Document document in _documents.Where(document => document.Parts > 1))
        {
            document.Line = ++_lines;
            document.WaitsForLevel = 0;
            _jobs.Add(new DocumentJob { BatchId = batchId, Line = _lines, Number = document.Number });
        }

        await file.CompleteAsync(cancellationToken);
        await DocumentBulkWriter.WriteAsync(connection, _documents, cancellationToken);
        await DocumentBulkWriter.WriteAsync(connection, _jobs, cancellationToken);
    }

    private ReadOnlyMemory<byte> Line(string name, string text, int number, int count) =>
        requests.Line(count == 1 ? name : DocumentNames.OfPart(name, number), text, number, count);

    /// <summary>A line that is too long would fail the whole batch: so it is this document that fails.</summary>
    private void CheckLengths(string name, IReadOnlyList<string> parts)
    {
        if (parts.Index().Any(part => Line(name, part.Item, part.Index + 1, parts.Count).Length > longestLine))
        {
            throw new UnreadableException(UnreadableException.TooLarge, $"The request about it has more than {longestLine} bytes.");
        }
    }

    /// <summary>What a parser says may quote anything.</summary>
    private static string Storable(string message) => LineError.Quote(message, longest: 500);
}
