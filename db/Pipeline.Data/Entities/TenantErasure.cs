namespace Pipeline.Data.Entities;

/// <summary>A tenant's request that its data be deleted, how far that is, and, afterwards, the proof of it.</summary>
public sealed class TenantErasure
{
    /// <summary><c>erasure_</c> and 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    /// <summary>Whose data.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The key that asked for it.</summary>
    public Guid? RequestedBy { get; set; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset RequestedAt { get; set; }

    /// <summary>When no work was open any more and the deleting began.</summary>
    public DateTimeOffset? DeletingAt { get; set; }

    /// <summary>The transaction in which that was: it is not done before all older ones have ended.</summary>
    public long? Barrier { get; set; }

    /// <summary>When nothing was left.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Rows deleted so far, by table, as a JSON object.</summary>
    public required string Deleted { get; set; }
}
