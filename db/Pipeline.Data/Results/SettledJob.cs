using Pipeline.Data.States;

namespace Pipeline.Data.Results;

/// <summary>A job whose state was changed in the transaction at hand.</summary>
/// <param name="Id">The job.</param>
/// <param name="BatchId">Its batch, if it has one.</param>
/// <param name="SliceId">The slice it was in.</param>
/// <param name="State">Its new state.</param>
/// <param name="Tokens">What its result counts for.</param>
internal readonly record struct SettledJob(long Id, string? BatchId, long? SliceId, JobState State, AttemptTokens Tokens);
