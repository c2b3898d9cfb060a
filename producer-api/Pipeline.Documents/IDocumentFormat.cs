namespace Pipeline.Documents;

/// <summary>Reads the files of one format. Stateless and safe for any number of threads.</summary>
public interface IDocumentFormat
{
    /// <summary>The format's name, such as <c>pdf</c>.</summary>
    string Name { get; }

    /// <summary>Extensions of its files in lower case, with their dot.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>Whether a file begins as one of these does, whatever its name; false where the format has no such mark.</summary>
    /// <param name="head">Up to <see cref="DocumentFormats.HeadLength"/> bytes of its beginning.</param>
    bool Recognizes(ReadOnlySpan<byte> head) => false;

    /// <summary>What is in a file: its text, and files of their own. Read lazily: a file found is to be done with before the next is asked for.</summary>
    /// <param name="file">The file; its content stands at the beginning and can be sought.</param>
    /// <param name="extraction">How to read, and how much there may be.</param>
    /// <exception cref="UnreadableException">It cannot be read; the message says why, in words for its owner.</exception>
    /// <remarks>Whatever else is thrown counts as damage to the file: parsers meet everything.</remarks>
    IEnumerable<Finding> Read(SourceFile file, Extraction extraction);
}
