using Pipeline.Benchmarks.Machines;

namespace Pipeline.Benchmarks.Throughput;

/// <summary>One run of an engine or a peer. It goes to the process that runs it as JSON.</summary>
internal sealed record RunSetting
{
    /// <summary>A model directory in Hugging Face layout.</summary>
    public required string Model { get; init; }

    public required string Device { get; init; }

    public required string Dtype { get; init; }

    /// <summary>The kernels that the engine is to use; null for its own choice.</summary>
    public string? Kernels { get; init; }

    /// <summary>Tokens in a step of the engine; null for its own choice.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>Threads of the CPU.</summary>
    public required int Threads { get; init; }

    public required Workload Workload { get; init; }

    /// <summary>Jobs that run before the clock starts, of four tokens' output each; they share nothing with those that count.</summary>
    public required int Warm { get; init; }

    /// <summary>Seeds the prompts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether tokens are compared, not times: everybody computes as exactly as they can.</summary>
    public bool Exact { get; init; }

    /// <summary>What the machine does at most.</summary>
    public required Ceilings Ceilings { get; init; }

    /// <summary>What runs before the clock starts.</summary>
    public Workload WarmUp => new(Math.Min(Warm, Workload.Batch), 0, Workload.Prompt, Math.Min(Workload.Output, 4), Workload.Batch);
}
