namespace Pipeline.Data.Entities;

/// <summary>Which job works on which document. A job is named by its batch and line: lines are known before there are jobs.</summary>
public sealed class DocumentJob
{
    /// <summary>The batch.</summary>
    public required string BatchId { get; set; }

    /// <summary>The job's line in the batch.</summary>
    public int Line { get; set; }

    /// <summary>The document's number.</summary>
    public int Number { get; set; }

    /// <summary>
    /// 0 for a part of the document, n for one that merges answers of level n - 1; <see langword="null"/> for the one that answers for the
    /// whole document.
    /// </summary>
    public int? Level { get; set; }
}
