namespace Pipeline.Data.Claims;

/// <summary>What a claim got of a slice.</summary>
/// <param name="Jobs">In line order; none when nothing of the slice is open, or the worker's lease has ended.</param>
/// <param name="HasMore">Whether the slice had more open jobs than were asked for.</param>
public sealed record ClaimedJobs(IReadOnlyList<ClaimedJob> Jobs, bool HasMore);
