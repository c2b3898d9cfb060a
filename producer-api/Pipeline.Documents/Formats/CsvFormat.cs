using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Pipeline.Documents.Safety;
using Pipeline.Documents.Text;

namespace Pipeline.Documents.Formats;

/// <summary>
/// CSV, separated by comma, semicolon, tab or bar. The table is one document as it stands; or, if asked for, each row is one:
/// a line for every cell that is not empty, <c>column: value</c>, by the names in the first row.
/// </summary>
internal sealed class CsvFormat : IDocumentFormat
{
    public string Name => "csv";

    public IReadOnlyList<string> Extensions => [".csv", ".tsv"];

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction) =>
        extraction.RowsAreDocuments ? Rows(file, extraction) : [new Finding.Text(file.Name, DecodedText.Of(file, extraction))];

    private static IEnumerable<Finding> Rows(SourceFile file, Extraction extraction)
    {
        CsvConfiguration configuration = new(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t", "|"],
            BadDataFound = null,
            // A quote that is never closed would make one cell of all the rest.
            MaxFieldSize = extraction.Limits.MaxCharacters,
        };
        using TextReader lines = DecodedText.Open(file, extraction);
        using CsvReader table = new(lines, configuration);
        if (!table.Read())
        {
            yield break;
        }

        table.ReadHeader();
        string[] columns = table.HeaderRecord ?? [];
        while (table.Read())
        {
            string?[] cells = table.Parser.Record ?? [];
            string row = string.Join('\n', cells.Select((cell, i) => (Column: Column(columns, i), Cell: cell?.Trim() ?? ""))
                .Where(pair => pair.Cell.Length > 0).Select(pair => $"{pair.Column}: {pair.Cell}"));
            if (row.Length > 0)
            {
                // Named by the row in the file, the header being the first: where a spreadsheet shows it.
                yield return new Finding.Text(SafeNames.Inside(file.Name, $"row {table.Parser.Row}"), row);
            }
        }
    }

    private static string Column(string[] columns, int index) =>
        index < columns.Length && columns[index].Trim() is { Length: > 0 } column ? column : $"column {index + 1}";
}
