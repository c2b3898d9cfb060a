namespace Pipeline.Documents;

/// <summary>How a file and all that is in it are to be read, and what was unpacked of it so far. Not for concurrent use.</summary>
/// <param name="limits">How much there may be.</param>
/// <param name="rowsAreDocuments">Whether each row of a table (CSV) is a document of its own; otherwise the table is one.</param>
/// <param name="cancellationToken">Gives up, between pages or files.</param>
public sealed class Extraction(ExtractionLimits limits, bool rowsAreDocuments, CancellationToken cancellationToken)
{
    private long _unpacked;

    /// <summary>How much there may be.</summary>
    public ExtractionLimits Limits => limits;

    /// <summary>Whether each row of a table is a document of its own.</summary>
    public bool RowsAreDocuments => rowsAreDocuments;

    /// <summary>Gives up.</summary>
    public CancellationToken Cancellation => cancellationToken;

    /// <summary>Whether more was unpacked than there may be: nothing more is to come out of this file.</summary>
    public bool IsSpent => _unpacked > limits.MaxUnpackedBytes;

    /// <summary>Counts bytes that came out of an archive or a message.</summary>
    /// <exception cref="UnreadableException">All that was unpacked is more than there may be.</exception>
    public void CountUnpacked(int bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _unpacked += bytes;
        if (IsSpent)
        {
            throw new UnreadableException(
                UnreadableException.TooLarge, $"What is packed in this file comes to more than {limits.MaxUnpackedBytes} bytes; the rest of it is not read.");
        }
    }

    /// <summary>Counts the characters of a text before it is kept.</summary>
    /// <exception cref="UnreadableException">The text is longer than a document may be.</exception>
    public void CheckLength(long characters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (characters > limits.MaxCharacters)
        {
            throw new UnreadableException(UnreadableException.TooLarge, $"Its text has more than {limits.MaxCharacters} characters.");
        }
    }
}
