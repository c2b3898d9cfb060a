namespace Pipeline.Benchmarks.Support;

/// <summary>A table for people: the first column to the left, the others to the right, in Markdown's form.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row of as many cells as there are columns.</summary>
    public void Add(params string[] cells)
    {
        if (cells.Length != columns.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for {columns.Length} columns.", nameof(cells));
        }

        _rows.Add(cells);
    }

    /// <summary>Writes it.</summary>
    public void Write(TextWriter output)
    {
        int[] widths = [.. columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Length).Append(3).Max())];
        output.WriteLine(Line(columns, widths));
        output.WriteLine("|" + string.Join("|", widths.Select((width, i) => i == 0 ? new string('-', width + 2) : new string('-', width + 1) + ":")) + "|");
        foreach (string[] row in _rows)
        {
            output.WriteLine(Line(row, widths));
        }
    }

    private static string Line(string[] cells, int[] widths) =>
        "| " + string.Join(" | ", cells.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))) + " |";
}
