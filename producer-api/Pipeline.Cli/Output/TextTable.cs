namespace Pipeline.Cli.Output;

/// <summary>Columns side by side, as wide as what is in them.</summary>
/// <param name="headings">Their headings; those of numbers are to begin with a blank, and are set to the right.</param>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [[.. headings.Select(heading => heading.Trim())]];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter writer)
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(i => _rows.Max(row => row[i].Length))];
        foreach (string[] row in _rows)
        {
            writer.WriteLine(string.Join("  ", row.Select((cell, i) => headings[i].StartsWith(' ') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}
