namespace Pipeline.Benchmarks.RandomModels;

/// <summary>The shape of a model to make up: what a Hugging Face <c>config.json</c> would say.</summary>
internal sealed record ModelShape
{
    /// <summary>What it is called on the command line.</summary>
    public required string Name { get; init; }

    public required int Hidden { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KeyValueHeads { get; init; }

    public required int HeadSize { get; init; }

    public required int Intermediate { get; init; }

    public required int Vocabulary { get; init; }

    public required int Context { get; init; }

    public double RopeTheta { get; init; } = 10000;

    /// <summary>Llama 3.1's frequency scaling.</summary>
    public bool Llama3Scaling { get; init; }

    public double Epsilon { get; init; } = 1e-5;

    public bool Tied { get; init; }

    /// <summary>Norms on queries and keys, a weight for each value of a head: what makes a Qwen3 of a Llama.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Biases of queries, keys and values: what makes a Qwen2 of a Llama.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Experts in each layer, two of which a token passes, in place of a dense feed-forward layer as wide as one: what makes a Qwen3-MoE of a Qwen3.</summary>
    public int Experts { get; init; }

    /// <summary>Hugging Face's name for the family.</summary>
    public string ModelType => Experts > 0 ? "qwen3_moe" : QueryKeyNorm ? "qwen3" : QueryKeyValueBias ? "qwen2" : "llama";

    /// <summary>Standard deviation of the projections' weights.</summary>
    public double Deviation { get; init; } = 0.02;

    /// <summary>Standard deviation of the embedding's weights.</summary>
    public double EmbeddingDeviation { get; init; } = 0.02;

    /// <summary>The shapes for comparing tokens, one of each family that the peer has too.</summary>
    public static IReadOnlyList<ModelShape> Tiny { get; } =
    [
        // With weights as small as a real model starts from, attention is nearly uniform and greedy decoding repeats one
        // token: a mistake in rotation or cache would not show. With these it does.
        new()
        {
            Name = "llama-tiny", Hidden = 256, Layers = 4, Heads = 8, KeyValueHeads = 4, HeadSize = 32, Intermediate = 704,
            Vocabulary = 4096, Context = 2048, Deviation = 0.1, EmbeddingDeviation = 1,
        },
        new()
        {
            Name = "qwen2-tiny", Hidden = 256, Layers = 4, Heads = 8, KeyValueHeads = 2, HeadSize = 32, Intermediate = 704,
            Vocabulary = 4096, Context = 2048, RopeTheta = 1e6, Epsilon = 1e-6, Deviation = 0.1, EmbeddingDeviation = 1, QueryKeyValueBias = true,
        },
        new()
        {
            Name = "qwen3-tiny", Hidden = 256, Layers = 4, Heads = 8, KeyValueHeads = 4, HeadSize = 64, Intermediate = 704,
            Vocabulary = 4096, Context = 2048, RopeTheta = 1e6, Epsilon = 1e-6, Deviation = 0.1, EmbeddingDeviation = 1, QueryKeyNorm = true,
        },
        new()
        {
            Name = "qwen3-moe-tiny", Hidden = 256, Layers = 4, Heads = 8, KeyValueHeads = 4, HeadSize = 32, Intermediate = 192, Experts = 8,
            Vocabulary = 4096, Context = 2048, RopeTheta = 1e6, Epsilon = 1e-6, Deviation = 0.1, EmbeddingDeviation = 1, QueryKeyNorm = true,
        },
    ];

    /// <summary>The shapes there are: those for comparing tokens, then those for timing.</summary>
    public static IReadOnlyList<ModelShape> All { get; } =
    [
        .. Tiny,
        new()
        {
            Name = "smollm-135m", Hidden = 576, Layers = 30, Heads = 9, KeyValueHeads = 3, HeadSize = 64, Intermediate = 1536,
            Vocabulary = 49152, Context = 2048, Tied = true,
        },
        new()
        {
            Name = "qwen-0.5b-like", Hidden = 896, Layers = 24, Heads = 14, KeyValueHeads = 2, HeadSize = 64, Intermediate = 4864,
            Vocabulary = 151936, Context = 32768, RopeTheta = 1e6, Epsilon = 1e-6, Tied = true,
        },
        new()
        {
            Name = "llama-3.1-8b", Hidden = 4096, Layers = 32, Heads = 32, KeyValueHeads = 8, HeadSize = 128, Intermediate = 14336,
            Vocabulary = 128256, Context = 131072, RopeTheta = 500000, Llama3Scaling = true,
        },
        new()
        {
            Name = "qwen3-0.6b", Hidden = 1024, Layers = 28, Heads = 16, KeyValueHeads = 8, HeadSize = 128, Intermediate = 3072,
            Vocabulary = 151936, Context = 40960, RopeTheta = 1e6, Epsilon = 1e-6, Tied = true, QueryKeyNorm = true,
        },
    ];

    /// <summary>The weights' names and shapes, as Hugging Face stores them.</summary>
    public IEnumerable<(string Name, long[] Shape)> Weights()
    {
        long queries = (long)Heads * HeadSize, keys = (long)KeyValueHeads * HeadSize;
        yield return ("model.embed_tokens.weight", [Vocabulary, Hidden]);
        for (int layer = 0; layer < Layers; layer++)
        {
            string at = $"model.layers.{layer}.";
            yield return (at + "input_layernorm.weight", [Hidden]);
            yield return (at + "self_attn.q_proj.weight", [queries, Hidden]);
            yield return (at + "self_attn.k_proj.weight", [keys, Hidden]);
            yield return (at + "self_attn.v_proj.weight", [keys, Hidden]);
            if (QueryKeyValueBias)
            {
                yield return (at + "self_attn.q_proj.bias", [queries]);
                yield return (at + "self_attn.k_proj.bias", [keys]);
                yield return (at + "self_attn.v_proj.bias", [keys]);
            }

            yield return (at + "self_attn.o_proj.weight", [Hidden, queries]);
            if (QueryKeyNorm)
            {
                yield return (at + "self_attn.q_norm.weight", [HeadSize]);
                yield return (at + "self_attn.k_norm.weight", [HeadSize]);
            }

            yield return (at + "post_attention_layernorm.weight", [Hidden]);
            if (Experts > 0)
            {
                yield return (at + "mlp.gate.weight", [Experts, Hidden]);
            }

            foreach (string mlp in Experts == 0 ? ["mlp."] : Enumerable.Range(0, Experts).Select(expert => $"mlp.experts.{expert}."))
            {
                yield return (at + mlp + "gate_proj.weight", [Intermediate, Hidden]);
                yield return (at + mlp + "up_proj.weight", [Intermediate, Hidden]);
                yield return (at + mlp + "down_proj.weight", [Hidden, Intermediate]);
            }
        }

        yield return ("model.norm.weight", [Hidden]);
        if (!Tied)
        {
            yield return ("lm_head.weight", [Vocabulary, Hidden]);
        }
    }
}
