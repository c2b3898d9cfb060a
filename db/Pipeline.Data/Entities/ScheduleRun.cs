using Pipeline.Data.States;

namespace Pipeline.Data.Entities;

/// <summary>One time that a schedule was due, or was run by hand, and what came of it.</summary>
public sealed class ScheduleRun
{
    /// <summary><c>run_</c> and 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    /// <summary>The schedule; its runs are deleted with it, and the batches that they made stay.</summary>
    public required string ScheduleId { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>When it was due; when it was asked for, if it was by hand. A schedule has one run for each time that it is due.</summary>
    public DateTimeOffset ScheduledAt { get; set; }

    /// <summary>Whether somebody asked for it, rather than the clock.</summary>
    public bool Manual { get; set; }

    /// <summary>Where it stands.</summary>
    public ScheduleRunState State { get; set; }

    /// <summary>The word for programs why it was skipped or failed, or that something was left.</summary>
    public string? Code { get; set; }

    /// <summary>The same in words.</summary>
    public string? Message { get; set; }

    /// <summary>The batch that it made.</summary>
    public string? BatchId { get; set; }

    /// <summary>Files that it took, if it was of a folder.</summary>
    public int? Documents { get; set; }

    /// <summary>When it was recorded.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When its batch was made, or it was skipped or failed.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}
