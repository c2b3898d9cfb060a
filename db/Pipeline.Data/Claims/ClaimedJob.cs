namespace Pipeline.Data.Claims;

/// <summary>A job that a worker has claimed, with all that is needed to run it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Attempt">The fencing epoch that this claim got; a commit must present it.</param>
/// <param name="WorkerId">Who claimed it; a commit must present this too.</param>
/// <param name="TenantId">Whose it is.</param>
/// <param name="BatchId">Its batch, if it has one.</param>
/// <param name="SliceId">The slice it travels in.</param>
/// <param name="Url">The API path, such as <c>/v1/chat/completions</c>.</param>
/// <param name="Body">The request as JSON text.</param>
public sealed record ClaimedJob(
    long Id, short Attempt, string WorkerId, Guid TenantId, string? BatchId, long SliceId, string Url, string Body)
{
    /// <summary>The most that this attempt may be billed with; <see langword="null"/> where nothing caps what it costs.</summary>
    public decimal? Quote { get; init; }
}
