using Pipeline.Data.States;

namespace Pipeline.Data.Entities;

/// <summary>
/// One inference request: a line of a batch file, or a single submission. Narrow on purpose: it is updated on every
/// claim and commit, so what is wide and never changes lies in <see cref="JobBody"/>.
/// </summary>
public sealed class Job
{
    /// <summary>Given by <see cref="Ids.JobIds"/>.</summary>
    public long Id { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The batch it belongs to; <see langword="null"/> for a single submission.</summary>
    public string? BatchId { get; set; }

    /// <summary>1-based line in the batch's input file; 0 for a single submission.</summary>
    public int Line { get; set; }

    /// <summary>The model it asks for.</summary>
    public required string Model { get; set; }

    /// <summary>The slice it travels in.</summary>
    public long? SliceId { get; set; }

    /// <summary>Where it stands.</summary>
    public JobState State { get; set; }

    /// <summary>
    /// How often a worker has claimed it. Also the fencing epoch: a result commits only under the number its claim got.
    /// </summary>
    public short Attempts { get; set; }

    /// <summary>The attempts it had when it was last retried: what they came to is not held against it.</summary>
    public short RetriedAfter { get; set; }

    /// <summary>Higher goes first. Default 0.</summary>
    public short Priority { get; set; }

    /// <summary>
    /// The most that an attempt at it may cost. It is held back from what is left under its caps while it runs, and no more
    /// is billed. <see langword="null"/> where nothing capped it when it was enqueued or claimed.
    /// </summary>
    public decimal? Quote { get; set; }

    /// <summary>The worker that holds it while running, or held it last.</summary>
    public string? WorkerId { get; set; }

    /// <summary>When it was enqueued.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was claimed last.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it reached a final state.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}
