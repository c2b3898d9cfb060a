using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Models;

/// <summary>The shape of a decoder, as a Hugging Face <c>config.json</c> states it, whatever its family.</summary>
public sealed record ModelConfig
{
    private readonly double? _attentionScale;

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

    /// <summary>Rotary settings; most models have one for all layers. All turn as many values of a head.</summary>
    public required IReadOnlyList<RopeConfig> Ropes { get; init; }

    /// <summary>Added to the mean square under the root in RMS norm.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>What the layers have of their own, repeated over and over; one if all are alike.</summary>
    public IReadOnlyList<LayerConfig> LayerPattern { get; init; } = [LayerConfig.Plain];

    /// <summary>Whether norms multiply by 1 + weight, not by the weight.</summary>
    public bool NormOffset { get; init; }

    /// <summary>What the feed-forward layers' gates pass through.</summary>
    public Activation Activation { get; init; }

    /// <summary>The experts of layers that are mixtures; null if none are.</summary>
    public MixtureConfig? Mixture { get; init; }

    /// <summary>What products of queries and keys are multiplied by; one over the root of the head size unless set.</summary>
    public double AttentionScale
    {
        get => _attentionScale ?? (1 / Math.Sqrt(HeadSize));
        init => _attentionScale = value;
    }

    /// <summary>Attention scores s become cap * tanh(s / cap); null for no cap.</summary>
    public double? AttentionCap { get; init; }

    /// <summary>Logits likewise.</summary>
    public double? LogitCap { get; init; }

    /// <summary>What embeddings are multiplied by.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Whether the head reuses the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether query, key and value projections have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Tokens that end a completion: generation_config.json's, or else config.json's.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>Query heads for each key-value head.</summary>
    public int Group => Heads / KeyValueHeads;

    /// <summary>Values that the KV cache holds for one token: keys and values of all layers.</summary>
    public long CacheValuesPerToken => 2L * Layers * KeyValueHeads * HeadSize;

    /// <summary>Values of a head that turn with the position.</summary>
    public int RotaryDimensions => Ropes[0].Dimensions;

    /// <summary>How far layers see: the different windows, null among them where a layer sees everything.</summary>
    public IEnumerable<int?> Windows => LayerPattern.Select(layer => layer.Window).Distinct();

    /// <summary>Whether query and key heads are normalised before they turn.</summary>
    public bool HasHeadNorms => Names.QueryNorm is not null;

    /// <summary>
    /// Sequences that may get longer than this turn by other frequencies from their beginning; null if all turn alike. (The
    /// reference computes a sequence anew once it gets there; what it said before then came of the usual frequencies.)
    /// </summary>
    public int? StretchedFrom => Ropes[0].StretchedFrom;

    /// <summary>Where the weights are found; which of the optional ones exist follows from it.</summary>
    internal WeightNames Names { get; init; } = WeightNames.Llama;

    /// <summary>What a layer has of its own.</summary>
    public LayerConfig LayerAt(int layer) => LayerPattern[layer % LayerPattern.Count];
}
