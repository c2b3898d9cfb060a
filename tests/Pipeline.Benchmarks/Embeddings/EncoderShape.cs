namespace Pipeline.Benchmarks.Embeddings;

/// <summary>The shape of an encoder to make up: what a Hugging Face <c>config.json</c> would say.</summary>
internal sealed record EncoderShape
{
    /// <summary>What it is called on the command line.</summary>
    public required string Name { get; init; }

    public required int Width { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int Intermediate { get; init; }

    public int Vocabulary { get; init; } = 30522;

    public int Context { get; init; } = 512;

    /// <summary>The shapes there are: those of all-MiniLM-L6-v2 (bge-small has twice its layers), of bge-base and e5-base, and of bge-large and e5-large.</summary>
    public static IReadOnlyList<EncoderShape> All { get; } =
    [
        new() { Name = "minilm-l6", Width = 384, Layers = 6, Heads = 12, Intermediate = 1536 },
        new() { Name = "bge-base", Width = 768, Layers = 12, Heads = 12, Intermediate = 3072 },
        new() { Name = "bge-large", Width = 1024, Layers = 24, Heads = 16, Intermediate = 4096 },
    ];

    /// <summary>The weights' names and shapes, as Hugging Face stores them.</summary>
    public IEnumerable<(string Name, long[] Shape)> Weights()
    {
        yield return ("embeddings.word_embeddings.weight", [Vocabulary, Width]);
        yield return ("embeddings.position_embeddings.weight", [Context, Width]);
        yield return ("embeddings.token_type_embeddings.weight", [2, Width]);
        foreach ((string, long[]) weight in Norm("embeddings.LayerNorm"))
        {
            yield return weight;
        }

        for (int i = 0; i < Layers; i++)
        {
            string layer = $"encoder.layer.{i}.", attention = $"{layer}attention.";
            IEnumerable<(string, long[])> weights =
            [
                .. Dense($"{attention}self.query", Width, Width), .. Dense($"{attention}self.key", Width, Width), .. Dense($"{attention}self.value", Width, Width),
                .. Dense($"{attention}output.dense", Width, Width), .. Norm($"{attention}output.LayerNorm"),
                .. Dense($"{layer}intermediate.dense", Intermediate, Width), .. Dense($"{layer}output.dense", Width, Intermediate), .. Norm($"{layer}output.LayerNorm"),
            ];
            foreach ((string, long[]) weight in weights)
            {
                yield return weight;
            }
        }
    }

    private (string Name, long[] Shape)[] Norm(string name) => [($"{name}.weight", [Width]), ($"{name}.bias", [Width])];

    private static (string Name, long[] Shape)[] Dense(string name, long rows, long columns) => [($"{name}.weight", [rows, columns]), ($"{name}.bias", [rows])];
}
