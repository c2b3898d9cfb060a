namespace Pipeline.Benchmarks.Structured;

/// <summary>What is measured.</summary>
internal sealed record StructuredSetting
{
    /// <summary>A model directory.</summary>
    public string Model { get; init; } = "gpu-worker/models/pipeline-extract-small";

    /// <summary>Documents to extract from.</summary>
    public string Documents { get; init; } = "gpu-worker/models/samples/documents.jsonl";

    /// <summary>Sequences that run at a time, all constrained.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>Tokens of an answer, at most.</summary>
    public int Output { get; init; } = 200;

    /// <summary>Runs of each kind, in turns; the fastest counts.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>Type that is computed with.</summary>
    public string Dtype { get; init; } = "float32";

    /// <summary>Threads of the CPU.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Times that each schema is compiled; the middle one counts.</summary>
    public int Compilations { get; init; } = 5;
}
