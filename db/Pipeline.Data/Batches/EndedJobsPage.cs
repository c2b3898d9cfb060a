namespace Pipeline.Data.Batches;

/// <summary>Some of a batch's ended jobs.</summary>
/// <param name="Jobs">In the order in which they ended.</param>
/// <param name="Last">The place up to which the batch has been read with them; where the next page goes on.</param>
/// <param name="HasMore">Whether more have ended already.</param>
public sealed record EndedJobsPage(IReadOnlyList<EndedJob> Jobs, int Last, bool HasMore);
