using System.Text.RegularExpressions;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>A document that nobody wrote, with what it says.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its lines, as a scanner's text recognition would give them.</param>
/// <param name="Fields">Every field that can be asked of this kind, in the usual order.</param>
internal sealed record MadeUpDocument(DocumentKind Kind, string Text, IReadOnlyList<Field> Fields)
{
    /// <summary>The value of a field.</summary>
    public string? this[string name] => Fields.First(f => f.Name == name).Value;
}

/// <summary>
/// One thing that a document says. The value stands as printed, its lines joined by a space and runs of spaces
/// made one; null where the document does not say.
/// </summary>
internal sealed partial record Field
{
    public Field(string name, string? value)
    {
        Name = name;
        Value = value is null ? null : Spaces().Replace(value, " ");
    }

    public string Name { get; }

    public string? Value { get; }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
