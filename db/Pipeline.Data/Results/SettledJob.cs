using Pipeline.Data.States;

namespace Pipeline.Data.Results;

/// <summary>A job whose state was changed in the transaction at hand.</summary>
/// <param name="Id">The job.</param>
/// <param name="BatchId">Its batch, if it has one.</param>
/// <param name="SliceId">The slice it was in.</param>
/// <param name="State">Its new state.</param>
/// <param name="Tokens">What its result counts for.</param>
internal readonly record struct SettledJob(long Id, string? BatchId, long? SliceId, JobState State, AttemptTokens Tokens)
{
    /// <summary>Who pays; of importance only with a <see cref="Cost"/>.</summary>
    public Guid TenantId { get; init; }

    /// <summary>What the attempt that ended it is billed with, as in the ledger.</summary>
    public decimal Cost { get; init; }
}
