using Pipeline.Documents.Text;

namespace Pipeline.Documents.Formats;

/// <summary>Markdown: models read it as it is.</summary>
internal sealed class MarkdownFormat : IDocumentFormat
{
    public string Name => "md";

    public IReadOnlyList<string> Extensions => [".md", ".markdown"];

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction) => [new Finding.Text(file.Name, DecodedText.Of(file, extraction))];
}
