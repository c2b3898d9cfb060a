namespace Pipeline.Data.Entities;

/// <summary>The ledger: what one attempt at one job used and cost. Rows are added, never changed: the database refuses it.</summary>
public sealed class JobCost
{
    /// <summary>The job.</summary>
    public long JobId { get; set; }

    /// <summary>Which claim of the job this was, from 1.</summary>
    public short Attempt { get; set; }

    /// <summary>Who pays.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The job's batch, if it has one.</summary>
    public string? BatchId { get; set; }

    /// <summary>The model that ran.</summary>
    public required string Model { get; set; }

    /// <summary>The worker that ran it.</summary>
    public required string WorkerId { get; set; }

    /// <summary>How the attempt ended.</summary>
    public AttemptOutcome Outcome { get; set; }

    /// <summary>Tokens of the prompt, cached ones included.</summary>
    public int PromptTokens { get; set; }

    /// <summary>Prompt tokens found in the prefix cache.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Tokens generated.</summary>
    public int CompletionTokens { get; set; }

    /// <summary>Tokens guessed ahead of the model and checked by it.</summary>
    public int DraftedTokens { get; set; }

    /// <summary>How many of them were right: completion tokens that took no step of their own.</summary>
    public int AcceptedTokens { get; set; }

    /// <summary>Seconds between the claim and the first step that worked on it.</summary>
    public double QueueSeconds { get; set; }

    /// <summary>Attributed device-seconds of its prompt.</summary>
    public double PrefillSeconds { get; set; }

    /// <summary>Attributed device-seconds of its generated tokens.</summary>
    public double DecodeSeconds { get; set; }

    /// <summary>What <see cref="DecodeSeconds"/> would have been without guessing, as the engine estimates it; null where nothing was guessed.</summary>
    public double? PlainDecodeSeconds { get; set; }

    /// <summary>Attributed device-seconds in all; over all jobs they sum to the engine's busy time.</summary>
    public double DeviceSeconds { get; set; }

    /// <summary>Price of a device-hour when it ran, in <see cref="Currency"/>.</summary>
    public decimal PricePerDeviceHour { get; set; }

    /// <summary>Listed price of a million computed prompt tokens when it ran; <see langword="null"/> where the model is billed by device time.</summary>
    public decimal? InputPrice { get; set; }

    /// <summary>The same of cached prompt tokens.</summary>
    public decimal? CachedInputPrice { get; set; }

    /// <summary>The same of generated tokens.</summary>
    public decimal? OutputPrice { get; set; }

    /// <summary>
    /// Tokens at their listed price or, without one, <see cref="DeviceSeconds"/> / 3600 * <see cref="PricePerDeviceHour"/>; no more than
    /// the job's quote where a cap made it binding; 0 for an attempt that was released or fenced, which is the operator's loss.
    /// </summary>
    public decimal Cost { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
