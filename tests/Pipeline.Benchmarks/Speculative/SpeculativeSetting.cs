using Pipeline.Engine;

namespace Pipeline.Benchmarks.Speculative;

/// <summary>What is run: extraction from documents, greedily, with and without tokens guessed ahead.</summary>
internal sealed record SpeculativeSetting
{
    /// <summary>A model directory.</summary>
    public required string Model { get; init; }

    /// <summary>A file of documents, or a folder of them.</summary>
    public required string Documents { get; init; }

    /// <summary>Who guesses.</summary>
    public SpeculationMode Mode { get; init; } = SpeculationMode.Lookup;

    /// <summary>A smaller model, for <see cref="SpeculationMode.Draft"/>.</summary>
    public string? DraftModel { get; init; }

    /// <summary>Documents, at most.</summary>
    public int Jobs { get; init; } = 64;

    /// <summary>Jobs that the engine runs at a time: a row of the table for each.</summary>
    public int[] Batches { get; init; } = [1, 2, 4, 16, 64];

    /// <summary>Tokens of an answer, at most.</summary>
    public int Output { get; init; } = 200;

    /// <summary>Pairs of runs for each row.</summary>
    public int Repeats { get; init; } = 5;

    public string Dtype { get; init; } = "float32";

    public int Threads { get; init; } = Environment.ProcessorCount;
}
