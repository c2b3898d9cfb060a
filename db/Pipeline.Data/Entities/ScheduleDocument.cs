namespace Pipeline.Data.Entities;

/// <summary>A file of a folder as a schedule's runs saw it last: what is as it was is not taken again.</summary>
public sealed class ScheduleDocument
{
    /// <summary>The schedule.</summary>
    public required string ScheduleId { get; set; }

    /// <summary>The file's path in the folder.</summary>
    public required string Name { get; set; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>When it was changed last: ticks of UTC, as fine as the file system has it.</summary>
    public long ModifiedAt { get; set; }

    /// <summary>SHA-256 of its content: 32 bytes.</summary>
    public required byte[] Hash { get; set; }

    /// <summary>The run that saw it so first; the record of that may be gone.</summary>
    public string? RunId { get; set; }
}
