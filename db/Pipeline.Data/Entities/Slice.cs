using Pipeline.Data.States;

namespace Pipeline.Data.Entities;

/// <summary>The jobs named by one queue message. The row is its own outbox: it is marked sent after the broker's confirm.</summary>
public sealed class Slice
{
    /// <summary>Primary key; ascends in the order of dispatch within a batch.</summary>
    public long Id { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The batch, if its jobs belong to one.</summary>
    public string? BatchId { get; set; }

    /// <summary>The model, which names the queue.</summary>
    public required string Model { get; set; }

    /// <summary>Where it stands.</summary>
    public SliceState State { get; set; }

    /// <summary>Number of jobs put into it.</summary>
    public int JobCount { get; set; }

    /// <summary>Higher goes first.</summary>
    public short Priority { get; set; }

    /// <summary>When its batch expires; <see langword="null"/>, which goes first, for what belongs to no batch.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>Whether it must run with nothing else in flight on its worker.</summary>
    public bool Exclusive { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When a dispatcher took it up last.</summary>
    public DateTimeOffset? SendingAt { get; set; }

    /// <summary>When the broker confirmed it last.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>When its last open job ended.</summary>
    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>How often it was taken up for sending.</summary>
    public int SendAttempts { get; set; }

    /// <summary>Not to be sent before this time; set after a failed send.</summary>
    public DateTimeOffset? NotBefore { get; set; }
}
