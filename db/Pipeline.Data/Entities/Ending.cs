namespace Pipeline.Data.Entities;

/// <summary>
/// Jobs of a batch that ended in one transaction. All endings of a batch, one after the other, are the order in which its
/// jobs ended: who has read up to a place finds everything that ended since behind it.
/// </summary>
public sealed class Ending
{
    /// <summary>The batch.</summary>
    public required string BatchId { get; set; }

    /// <summary>
    /// How many of the batch's jobs had ended before. Given under the lock of the batch's row, so that places become visible in
    /// their order.
    /// </summary>
    public int First { get; set; }

    /// <summary>The jobs; 0 in the place of one that was put back into the queue by a retry.</summary>
    public required long[] JobIds { get; set; }

    /// <summary>When they ended.</summary>
    public DateTimeOffset EndedAt { get; set; }
}
