namespace Pipeline.Data.Entities;

/// <summary>A document of a set: found in an upload and read, or found and not readable.</summary>
public sealed class Document
{
    /// <summary>The set.</summary>
    public required string BatchId { get; set; }

    /// <summary>Its place in the set, from 0.</summary>
    public int Number { get; set; }

    /// <summary>Its name, unique in the set; the <c>custom_id</c> of the job that answers.</summary>
    public required string Name { get; set; }

    /// <summary>Its format, such as <c>pdf</c>; <see langword="null"/> where that is not known.</summary>
    public string? Kind { get; set; }

    /// <summary>Its pages, where it has such.</summary>
    public int? Pages { get; set; }

    /// <summary>Characters of its text.</summary>
    public int Characters { get; set; }

    /// <summary>Parts that it was split into; 1 for a whole one, 0 for one that cannot be read.</summary>
    public int Parts { get; set; }

    /// <summary>The line of the batch whose job answers for the whole document; <see langword="null"/> for one that cannot be read.</summary>
    public int? Line { get; set; }

    /// <summary>
    /// For a document in parts whose answering job is held back: the level of the jobs (<see cref="DocumentJob.Level"/>) that it
    /// waits for. <see langword="null"/> where it waits for nothing, or no longer.
    /// </summary>
    public int? WaitsForLevel { get; set; }

    /// <summary>Why it cannot be read, a word for programs; <see langword="null"/> if it can.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>The sentence that goes with <see cref="ErrorCode"/>.</summary>
    public string? ErrorMessage { get; set; }
}
