using System.ComponentModel.DataAnnotations;

namespace Pipeline.GpuWorker;

/// <summary>How the backend <c>echo</c> behaves: the section <c>Pipeline:Worker:Echo</c>.</summary>
internal sealed class EchoOptions
{
    /// <summary>Milliseconds that a job takes.</summary>
    [Range(0, 3_600_000)]
    public int DelayMilliseconds { get; set; }

    /// <summary>
    /// For failure tests alone: a job whose prompt contains this text ends the worker's process at once, as a crash of the
    /// device would. Not set by default.
    /// </summary>
    public string? CrashOn { get; set; }
}
