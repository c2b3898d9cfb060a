using Pipeline.Data.States;

namespace Pipeline.Data.Entities;

/// <summary>A batch that is submitted anew by the clock.</summary>
public sealed class Schedule
{
    /// <summary><c>sched_</c> and 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>What the owner calls it.</summary>
    public required string Name { get; set; }

    /// <summary>When it is due: five fields, or a macro such as <c>@daily</c>.</summary>
    public required string Cron { get; set; }

    /// <summary>The IANA time zone in which <see cref="Cron"/> is meant.</summary>
    public required string TimeZone { get; set; }

    /// <summary>What becomes of runs that were due while nobody was there to start them.</summary>
    public MissedRuns MissedRuns { get; set; }

    /// <summary>How many runs are made up for at most, with <see cref="MissedRuns.RunAll"/>.</summary>
    public int MissedRunsLimit { get; set; }

    /// <summary>What becomes of a run that is due while an earlier one is at work.</summary>
    public Overlap Overlap { get; set; }

    /// <summary>The body of the create that each run makes, as JSON; <see langword="null"/> with <see cref="Documents"/>.</summary>
    public string? Batch { get; set; }

    /// <summary>What each run asks of the new documents of a folder, as JSON; <see langword="null"/> with <see cref="Batch"/>.</summary>
    public string? Documents { get; set; }

    /// <summary>The input file that each run submits anew. It is kept past its time for as long as a schedule names it.</summary>
    public string? InputFileId { get; set; }

    /// <summary>The next time that no run is recorded for yet; <see langword="null"/> if there is none.</summary>
    public DateTimeOffset? NextRunAt { get; set; }

    /// <summary>Since when it is paused; <see langword="null"/> while it is active.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>Why it was paused, in words, if not by its owner.</summary>
    public string? PausedReason { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
