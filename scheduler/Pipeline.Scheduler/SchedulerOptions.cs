using System.ComponentModel.DataAnnotations;

namespace Pipeline.Scheduler;

/// <summary>How long things may take before a duty steps in: the section <c>Pipeline:Scheduler</c>.</summary>
internal sealed class SchedulerOptions
{
    public const string Section = "Pipeline:Scheduler";

    /// <summary>Seconds that a worker may go unheard of. Its heartbeats come every three.</summary>
    [Range(0.5, 3600)]
    public double LeaseSeconds { get; set; } = 15;

    /// <summary>Seconds that a slice may be in the hands of a dispatcher.</summary>
    [Range(1, 86_400)]
    public double SendingSeconds { get; set; } = 30;

    /// <summary>Seconds after which a slice that was sent, and of which nothing runs, is sent again.</summary>
    [Range(1, 86_400)]
    public double SentSeconds { get; set; } = 600;

    /// <summary>Days that jobs, their requests and their results are kept after they ended. Files have their own time.</summary>
    [Range(1, 3650)]
    public double JobRetentionDays { get; set; } = 30;

    /// <summary>Seconds that a schedule's run may be late; later, it was missed.</summary>
    [Range(10, 86_400)]
    public double MissedAfterSeconds { get; set; } = 60;

    /// <summary>Days that entries of the audit trail are kept.</summary>
    [Range(1, 36_500)]
    public double AuditRetentionDays { get; set; } = 400;
}
