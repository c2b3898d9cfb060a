using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Pricing;

namespace Pipeline.Data.Results;

/// <summary>How one attempt at a job ended, ready to be committed.</summary>
public sealed record FinishedAttempt
{
    /// <summary>The job as it was claimed: its attempt and worker are the fence.</summary>
    public required ClaimedJob Job { get; init; }

    /// <summary>How it ended. <see cref="AttemptOutcome.Fenced"/> is not for the worker to say: the commit finds out.</summary>
    public required AttemptOutcome Outcome { get; init; }

    /// <summary>The model that ran.</summary>
    public required string Model { get; init; }

    /// <summary>HTTP status of the answer; 0 if there is none.</summary>
    public short StatusCode { get; init; }

    /// <summary>Names the answer: <c>req_…</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>The answer as JSON text; <see langword="null"/> for an attempt that was cancelled or released.</summary>
    public string? Body { get; init; }

    /// <summary>Tokens.</summary>
    public AttemptTokens Tokens { get; init; }

    /// <summary>Seconds.</summary>
    public AttemptSeconds Seconds { get; init; }

    /// <summary>Price of a device-hour, in <see cref="Currency"/>.</summary>
    public decimal PricePerDeviceHour { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Listed price of the model's tokens, in <see cref="Currency"/>; <see langword="null"/> where it is billed by device time.</summary>
    public TokenPrice? ListedPrice { get; init; }

    /// <summary>
    /// What it is billed with, in the ledger's unit: what is metered, but no more than the job's quote where that is binding. What was
    /// handed back is not billed: that a worker stops is the operator's affair.
    /// </summary>
    public decimal Cost => Outcome == AttemptOutcome.Released ? 0 : Math.Min(Metered, Job.Quote ?? decimal.MaxValue);

    private decimal Metered => Money.Nearest(ListedPrice is { } price ? price.Of(Tokens) : (decimal)Seconds.Device / 3600m * PricePerDeviceHour);
}
