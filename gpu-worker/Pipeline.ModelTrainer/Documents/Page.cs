using System.Text;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>
/// The sheet that a document is printed on: it knows the case of the letters and how badly the sheet is read.
/// Whatever goes onto it passes <see cref="Print"/> once, so that a field's value is known as it was read.
/// </summary>
internal sealed class Page(Chance chance, bool upper, double noise)
{
    private readonly List<string> lines = [];

    public int Length { get; private set; }

    /// <summary>How <paramref name="text"/> comes out of printing and reading.</summary>
    public string Print(string text) => OcrNoise.Apply(chance, Case(text), noise);

    /// <summary>Adds a line that was already printed.</summary>
    public void AddPrinted(string line)
    {
        // Text recognition gives no empty lines.
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lines.Add(line.TrimEnd());
        Length += line.Length + 1;
    }

    /// <summary>Prints a line and adds it.</summary>
    public void Add(string line) => AddPrinted(Print(line));

    /// <summary>Prints what stands before and after a printed value, and adds the line.</summary>
    public void Add(string before, string printed, string after = "") =>
        AddPrinted(Print(before) + printed + Print(after));

    public override string ToString() => string.Join('\n', lines);

    private string Case(string text)
    {
        if (upper)
        {
            return text.ToUpperInvariant();
        }

        // Text with lower case in it already says how it wants to stand.
        if (text.Any(char.IsLower))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var character in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(character) : character);
            inWord = char.IsLetter(character) || (inWord && character == '\'');
        }

        return result.ToString();
    }
}
