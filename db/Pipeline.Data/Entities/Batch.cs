using Pipeline.Data.States;

namespace Pipeline.Data.Entities;

/// <summary>What a user submits: many jobs with one deadline and one bill.</summary>
public sealed class Batch
{
    /// <summary><c>batch_</c> and 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The API path that every line asks for, such as <c>/v1/chat/completions</c>.</summary>
    public required string Endpoint { get; set; }

    /// <summary>The model that the lines ask for; known after validation.</summary>
    public string? Model { get; set; }

    /// <summary>The input file.</summary>
    public required string InputFileId { get; set; }

    /// <summary>The file of answered lines; <see langword="null"/> until finished, or if there were none.</summary>
    public string? OutputFileId { get; set; }

    /// <summary>The file of failed lines; <see langword="null"/> until finished, or if there were none.</summary>
    public string? ErrorFileId { get; set; }

    /// <summary>As the submitter wrote it, such as <c>24h</c>.</summary>
    public required string CompletionWindow { get; set; }

    /// <summary>Higher goes first. Default 0.</summary>
    public short Priority { get; set; }

    /// <summary>Where it stands.</summary>
    public BatchStatus Status { get; set; }

    /// <summary>What it becomes when its files are written; set when it starts finalizing.</summary>
    public BatchStatus? Outcome { get; set; }

    /// <summary>OpenAI's list of validation errors as JSON; <see langword="null"/> if there are none.</summary>
    public string? Errors { get; set; }

    /// <summary>The submitter's key-value pairs as a JSON object.</summary>
    public string? Metadata { get; set; }

    /// <summary>Life of the output files in seconds; <see langword="null"/> for the default of 30 days.</summary>
    public int? OutputExpiresAfterSeconds { get; set; }

    /// <summary>Number of jobs.</summary>
    public int Total { get; set; }

    /// <summary>Jobs answered with success.</summary>
    public int Completed { get; set; }

    /// <summary>Jobs that failed.</summary>
    public int Failed { get; set; }

    /// <summary>Jobs not yet in a final state.</summary>
    public int Remaining { get; set; }

    /// <summary>Jobs that have ended, those counted twice that were retried and ended again: the place that the next <see cref="Ending"/> begins at.</summary>
    public int Ended { get; set; }

    /// <summary>Prompt tokens of all results.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Prompt tokens that came out of the prefix cache.</summary>
    public long CachedTokens { get; set; }

    /// <summary>Tokens generated.</summary>
    public long CompletionTokens { get; set; }

    /// <summary>Tokens generated as reasoning, part of <see cref="CompletionTokens"/>.</summary>
    public long ReasoningTokens { get; set; }

    /// <summary>
    /// Tokens of all prompts as validation counted them; where the model's tokenizer is not at hand, a token for every four bytes
    /// of a request. <see langword="null"/> before.
    /// </summary>
    public long? CountedPromptTokens { get; set; }

    /// <summary>Tokens of all prompts as the prefix plan counted them; <see langword="null"/> without a plan.</summary>
    public long? PredictedPromptTokens { get; set; }

    /// <summary>
    /// Those of them that the plan expects out of the prefix cache, with room for all; <see cref="CachedTokens"/> says what it was.
    /// <see langword="null"/> without a plan.
    /// </summary>
    public long? PredictedCachedTokens { get; set; }

    /// <summary>What it was expected to cost when it was validated, as JSON; <see langword="null"/> before.</summary>
    public string? Estimate { get; set; }

    /// <summary>The sum of its ledger rows.</summary>
    public decimal Cost { get; set; }

    /// <summary>What <see cref="Cost"/> will not exceed; <see langword="null"/> for no cap.</summary>
    public decimal? MaxCost { get; set; }

    /// <summary>
    /// The most that an attempt at any of its jobs may cost: reserved for jobs without a <see cref="Job.Quote"/> of their own.
    /// <see langword="null"/> where some job has no bound.
    /// </summary>
    public decimal? LargestQuote { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When validation ended well.</summary>
    public DateTimeOffset? InProgressAt { get; set; }

    /// <summary>The deadline.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>When the last job ended, or the deadline passed.</summary>
    public DateTimeOffset? FinalizingAt { get; set; }

    /// <summary>When the files were written.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>When validation failed.</summary>
    public DateTimeOffset? FailedAt { get; set; }

    /// <summary>When it ended past its deadline.</summary>
    public DateTimeOffset? ExpiredAt { get; set; }

    /// <summary>When cancelling was asked for.</summary>
    public DateTimeOffset? CancellingAt { get; set; }

    /// <summary>When cancelling was done.</summary>
    public DateTimeOffset? CancelledAt { get; set; }
}
