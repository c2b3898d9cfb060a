using Pipeline.Documents.Text;

namespace Pipeline.Documents.Formats;

/// <summary>Plain text, in whatever encoding (<see cref="DecodedText"/>).</summary>
internal sealed class PlainTextFormat : IDocumentFormat
{
    public string Name => "txt";

    public IReadOnlyList<string> Extensions => [".txt", ".text", ".log"];

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction) => [new Finding.Text(file.Name, DecodedText.Of(file, extraction))];
}
