namespace Pipeline.Engine.Embedding;

/// <summary>How an embedding engine stands at one moment.</summary>
public sealed record EmbeddingStatistics
{
    /// <summary>Requests in the engine.</summary>
    public int Running { get; init; }

    /// <summary>Inputs of these that no step has computed yet.</summary>
    public int WaitingInputs { get; init; }

    /// <summary>Seconds spent in steps, since the start.</summary>
    public double BusySeconds { get; init; }

    /// <summary>Steps, since the start.</summary>
    public long Steps { get; init; }

    /// <summary>Tokens computed, since the start.</summary>
    public long Tokens { get; init; }

    /// <summary>Seconds of the engine's thread in steps, other than computing on a CPU or waiting for a device, since the start.</summary>
    public double HostSeconds { get; init; }
}
