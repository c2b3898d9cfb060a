using System.Text.RegularExpressions;
using Pipeline.Documents.Text;

namespace Pipeline.Documents.Formats;

/// <summary>HTML: what a reader sees of it.</summary>
internal sealed partial class HtmlFormat : IDocumentFormat
{
    private const int CharsetWithin = 1024;

    public string Name => "html";

    public IReadOnlyList<string> Extensions => [".html", ".htm", ".xhtml"];

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction)
    {
        string? charset = file.Charset ?? DeclaredIn(file.Content);
        yield return new Finding.Text(file.Name, HtmlText.Of(DecodedText.Of(file with { Charset = charset }, extraction), extraction));
    }

    /// <summary>The charset that the document's own beginning names (HTML standard, prescan of a byte stream).</summary>
    private static string? DeclaredIn(Stream content)
    {
        byte[] buffer = new byte[CharsetWithin];
        int length = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        content.Position = 0;
        Match match = Charset().Match(System.Text.Encoding.Latin1.GetString(buffer, 0, length));
        return match.Success ? match.Groups[1].Value : null;
    }

    [GeneratedRegex("""<(?:meta\b[^>]*\bcharset|\?xml\b[^>]*\bencoding)\s*=\s*["']?([A-Za-z0-9_:.-]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex Charset();
}
