namespace Pipeline.ProducerApi;

/// <summary>Settings of the API, section <c>Pipeline</c>.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Pipeline";

    /// <summary>The models that are served; a request for another is refused.</summary>
    public string[] Models { get; set; } = [];

    /// <summary>
    /// Hugging Face directories of <see cref="Models"/>, in their order; empty for one that is not at hand. With a model's
    /// tokenizer the jobs of a batch are put in the order in which they share most; without, they run in the file's.
    /// </summary>
    public string[] ModelDirectories { get; set; } = [];

    /// <summary>Longest file of purpose <c>batch</c>, in bytes. OpenAI's limit.</summary>
    public long MaxFileBytes { get; set; } = 209_715_200;

    /// <summary>Most lines in a batch. OpenAI's limit.</summary>
    public int MaxBatchLines { get; set; } = 50_000;

    /// <summary>Most inputs that the lines of a batch may embed together. OpenAI's limit.</summary>
    public int MaxEmbeddingInputs { get; set; } = 50_000;

    /// <summary>Longest line of a batch file, in bytes: one line is held in memory at a time.</summary>
    public int MaxLineBytes { get; set; } = 8 << 20;

    /// <summary>Jobs that one queue message names.</summary>
    public int SliceJobs { get; set; } = 64;

    /// <summary>
    /// Seconds of work that are on their way to a model's workers beyond what they run at a time. Long enough for a commit and the
    /// next slice to come; what is longer, a tenant that comes later has before it.
    /// </summary>
    public double DispatchAheadSeconds { get; set; } = 0.2;

    /// <summary>
    /// Jobs that a tenant of weight 1 may save up while it asks for less than its share: when it comes back so many go ahead of those
    /// who were served meanwhile.
    /// </summary>
    public int DispatchBurstJobs { get; set; } = 128;

    /// <summary>Seconds that a slice waits after no queue took it.</summary>
    public double UnroutableDelaySeconds { get; set; } = 2;

    /// <summary>Seconds that the broker has for a confirm before the slice is sent again.</summary>
    public double ConfirmTimeoutSeconds { get; set; } = 15;

    /// <summary>Requests that a tenant may make in a minute, unless its row says otherwise; 0 for no limit.</summary>
    public int RequestsPerMinute { get; set; }

    /// <summary>Bytes that a tenant may send in a minute, unless its row says otherwise; 0 for no limit.</summary>
    public long BytesPerMinute { get; set; }

    /// <summary>Prompt tokens that a tenant's open batches may have for each model, unless its row says otherwise; 0 for no limit.</summary>
    public long EnqueuedTokens { get; set; }

    /// <summary>Seconds for which a key's lookup is remembered at most. A change of keys is told to every process, within moments.</summary>
    public double KeyCacheSeconds { get; set; } = 5;

    /// <summary>Seconds without news after which a stream of results or of events says that it is still there.</summary>
    public double HeartbeatSeconds { get; set; } = 15;

    /// <summary>Hours for which the first answer to a create is kept under its <c>Idempotency-Key</c>.</summary>
    public double IdempotencyHours { get; set; } = 24;

    /// <summary>Says what is wrong with the settings, or <see langword="null"/>.</summary>
    public string? Complaint() =>
        Models.Length == 0 || Models.Any(string.IsNullOrWhiteSpace) ? "Pipeline:Models must name at least one model, such as Pipeline__Models__0=pipeline-extract-small."
        : ModelDirectories.Length > Models.Length ? "Pipeline:ModelDirectories has more entries than Pipeline:Models."
        : MaxFileBytes <= 0 || MaxBatchLines <= 0 || MaxLineBytes <= 0 || MaxEmbeddingInputs <= 0
            ? "Pipeline:MaxFileBytes, MaxBatchLines, MaxLineBytes and MaxEmbeddingInputs must be positive."
        : SliceJobs is <= 0 or > 10_000 ? "Pipeline:SliceJobs must be between 1 and 10000."
        : RequestsPerMinute < 0 || BytesPerMinute < 0 || EnqueuedTokens < 0 ? "Pipeline:RequestsPerMinute, BytesPerMinute and EnqueuedTokens must not be negative; 0 is no limit."
        : DispatchBurstJobs < 0 ? "Pipeline:DispatchBurstJobs must not be negative."
        : DispatchAheadSeconds is < 0 or > 60 ? "Pipeline:DispatchAheadSeconds must be between 0 and 60."
        : UnroutableDelaySeconds <= 0 || ConfirmTimeoutSeconds <= 0 || KeyCacheSeconds < 0 || IdempotencyHours <= 0 || HeartbeatSeconds <= 0 ? "Pipeline's times must be positive."
        : null;
}
