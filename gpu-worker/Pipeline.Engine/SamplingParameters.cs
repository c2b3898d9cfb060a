namespace Pipeline.Engine;

/// <summary>
/// How the next token is chosen. In this order: bias, penalties, temperature, min-p, top-k, top-p; so vLLM does it, whose names
/// these are where OpenAI has none.
/// </summary>
public sealed record SamplingParameters
{
    /// <summary>Divides the logits; 0 takes the likeliest token (the lowest id among equals). Default 1; at most 100.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Chooses among the likeliest tokens that together have this probability. Above 0; default 1, all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Chooses among so many of the likeliest tokens. Default 0, all.</summary>
    public int TopK { get; init; }

    /// <summary>Chooses among tokens that have at least this share of the likeliest one's probability. From 0, the default, to 1.</summary>
    public float MinP { get; init; }

    /// <summary>Taken from the logit of every token generated so far (OpenAI's formula). From -2 to 2; default 0.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Taken from a token's logit as often as it has been generated so far (OpenAI's formula). From -2 to 2; default 0.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>
    /// Divides the logits above 0, and multiplies those below, of every token in the prompt or generated so far (Keskar et al.,
    /// CTRL, 2019, as Hugging Face and vLLM read it). Above 0, at most 100; default 1.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Added to the logits of these tokens. From -100 to 100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>With a seed the same request gives the same tokens, whatever else runs. Null: drawn anew.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether less likely tokens cannot be drawn at all.</summary>
    internal bool LimitsCandidates => TopP < 1 || TopK > 0 || MinP > 0;

    /// <summary>Whether a token's chance depends on which ones came before it otherwise than through the model.</summary>
    internal bool CountsTokens => PresencePenalty != 0 || FrequencyPenalty != 0 || RepetitionPenalty != 1;
}
