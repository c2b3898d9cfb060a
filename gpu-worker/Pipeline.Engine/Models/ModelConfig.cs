namespace Pipeline.Engine.Models;

/// <summary>The shape of a Llama-family decoder, as a Hugging Face <c>config.json</c> states it.</summary>
public sealed record ModelConfig
{
    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; <see cref="Heads"/> is a multiple (grouped-query attention).</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head; even.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Positions the model can attend over: the longest prompt and completion together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>Llama 3's frequency scaling, or null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Added to the mean square under the root in RMS norm.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Whether the head reuses the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether query, key, value and output projections have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Tokens that end a completion: generation_config.json's, or else config.json's.</summary>
    public required IReadOnlyList<int> EndTokens { get; init; }

    /// <summary>Query heads for each key-value head.</summary>
    public int Group => Heads / KeyValueHeads;

    /// <summary>Values that the KV cache holds for one token: keys and values of all layers.</summary>
    public long CacheValuesPerToken => 2L * Layers * KeyValueHeads * HeadSize;

    /// <summary>Rotary frequencies, radians per position: one for each pair of a head's values.</summary>
    public double[] RotaryFrequencies()
    {
        double[] frequencies = new double[HeadSize / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            double frequency = Math.Pow(RopeTheta, -2.0 * i / HeadSize);
            frequencies[i] = RopeScaling?.Apply(frequency) ?? frequency;
        }

        return frequencies;
    }
}
