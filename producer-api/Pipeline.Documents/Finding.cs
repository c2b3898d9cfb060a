namespace Pipeline.Documents;

/// <summary>What was found in a file: a text, or a file of its own.</summary>
public abstract record Finding
{
    private Finding()
    {
    }

    /// <summary>A document's text.</summary>
    /// <param name="Name">The document's name.</param>
    /// <param name="Content">Its text.</param>
    /// <param name="Pages">Its pages, where it has such.</param>
    public sealed record Text(string Name, string Content, int? Pages = null) : Finding;

    /// <summary>A file in the file, which the finder disposes when it is asked for the next.</summary>
    /// <param name="Source">The file.</param>
    public sealed record File(SourceFile Source) : Finding;

    /// <summary>A part that cannot be read while others can.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Reason">Why not.</param>
    public sealed record Unreadable(string Name, UnreadableException Reason) : Finding;
}
