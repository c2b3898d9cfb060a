namespace Pipeline.Data.Entities;

/// <summary>
/// That a worker has claimed jobs of a slice, from its first claim until the slice is done. Running jobs are found by it: an
/// index over jobs that knew their state or their worker would be written at every claim and commit, and no row updated in place.
/// </summary>
public sealed class SliceClaim
{
    /// <summary>The slice.</summary>
    public long SliceId { get; set; }

    /// <summary>The worker.</summary>
    public required string WorkerId { get; set; }
}
