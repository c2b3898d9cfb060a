namespace Pipeline.Data.Entities;

/// <summary>One run of a worker process. Its heartbeat is the lease on every job it holds.</summary>
public sealed class Worker
{
    /// <summary>Unique per process start, so that a restarted worker is another one.</summary>
    public required string Id { get; set; }

    /// <summary>Host name.</summary>
    public required string Host { get; set; }

    /// <summary>Process id on that host.</summary>
    public int ProcessId { get; set; }

    /// <summary>The model it serves.</summary>
    public required string Model { get; set; }

    /// <summary><c>cpu</c>, <c>cuda</c>, or the name of a backend without a device.</summary>
    public required string Device { get; set; }

    /// <summary>Jobs that its backend works on at a time.</summary>
    public int MaxRunning { get; set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When it was last heard of, by the database's clock.</summary>
    public DateTimeOffset HeartbeatAt { get; set; }

    /// <summary>When it left in good order; <see langword="null"/> if it has not.</summary>
    public DateTimeOffset? StoppedAt { get; set; }

    /// <summary>Seconds the engine has spent in steps since the start, for holding the ledger against.</summary>
    public double BusySeconds { get; set; }
}
