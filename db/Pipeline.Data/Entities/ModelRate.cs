namespace Pipeline.Data.Entities;

/// <summary>What the tokens of a model took of its devices when that was last measured.</summary>
public sealed class ModelRate
{
    /// <summary>The model.</summary>
    public required string Model { get; set; }

    /// <summary>Device-seconds of a prompt token that is computed.</summary>
    public double PromptSeconds { get; set; }

    /// <summary>Device-seconds of a prompt token out of the cache.</summary>
    public double CachedSeconds { get; set; }

    /// <summary>Device-seconds of a generated token.</summary>
    public double OutputSeconds { get; set; }

    /// <summary>Completed jobs that this was measured on.</summary>
    public long Jobs { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset MeasuredAt { get; set; }
}
