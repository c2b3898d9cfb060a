namespace Pipeline.Documents;

/// <summary>A file to be read.</summary>
/// <param name="Name">Its name, with folders where it has some; see <see cref="Safety.SafeNames"/>.</param>
/// <param name="Content">Its content: seekable, at the beginning, and its owner's to dispose.</param>
/// <param name="Charset">The encoding that whoever brought it says it has; null where nobody does.</param>
public sealed record SourceFile(string Name, Stream Content, string? Charset = null);
