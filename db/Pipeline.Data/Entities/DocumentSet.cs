namespace Pipeline.Data.Entities;

/// <summary>
/// A batch that was submitted as documents, with what is asked of each. It has no id of its own: it is the batch, and everything
/// that can be done to a batch can be done to it. Its input file is written when the documents have been read.
/// </summary>
public sealed class DocumentSet
{
    /// <summary>The batch.</summary>
    public required string BatchId { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The instruction; it comes before every document.</summary>
    public required string Prompt { get; set; }

    /// <summary>The model that answers.</summary>
    public required string Model { get; set; }

    /// <summary>The JSON schema of the answers, as text; <see langword="null"/> for answers in any form.</summary>
    public string? Schema { get; set; }

    /// <summary>Longest answer, in tokens.</summary>
    public int MaxTokens { get; set; }

    /// <summary>Whether each row of a table is a document of its own.</summary>
    public bool RowsAreDocuments { get; set; }

    /// <summary>Files that were uploaded.</summary>
    public int Files { get; set; }

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When all of it was read; <see langword="null"/> before.</summary>
    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>How often reading has begun. Whoever dies of a file leaves this behind.</summary>
    public int ReadAttempts { get; set; }

    /// <summary>The upload that is being read, from 0; noted only from the second attempt on, to find out in which one reading dies.</summary>
    public int? ReadingUpload { get; set; }

    /// <summary>The uploads that reading has died in, once for each death.</summary>
    public required int[] DeadlyUploads { get; set; }
}
