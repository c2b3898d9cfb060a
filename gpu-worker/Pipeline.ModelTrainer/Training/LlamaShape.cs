using System.Text.Json.Nodes;

namespace Pipeline.ModelTrainer.Training;

/// <summary>The sizes of a Llama.</summary>
internal sealed record LlamaShape
{
    public int Vocabulary { get; init; } = 2048;

    public int Hidden { get; init; } = 256;

    public int Layers { get; init; } = 4;

    public int Heads { get; init; } = 4;

    public int KeyValueHeads { get; init; } = 2;

    public int HeadSize { get; init; } = 64;

    public int Intermediate { get; init; } = 704;

    public int Context { get; init; } = 1024;

    /// <summary>High, so that half of each head hardly turns over a document and can compare what stands far apart.</summary>
    public double RopeTheta { get; init; } = 1_000_000;

    public double NormEpsilon { get; init; } = 1e-5;

    public int QueryRows => Heads * HeadSize;

    public int KeyRows => KeyValueHeads * HeadSize;

    /// <summary>The number of weights.</summary>
    public long Parameters =>
        ((long)Vocabulary * Hidden) + Hidden
        + (Layers * (((long)Hidden * ((2 * QueryRows) + (2 * KeyRows))) + (3L * Hidden * Intermediate) + (2 * Hidden)));

    /// <summary>The model's config.json.</summary>
    public JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = Vocabulary,
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Intermediate,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KeyValueHeads,
        ["head_dim"] = HeadSize,
        ["hidden_act"] = "silu",
        ["max_position_embeddings"] = Context,
        ["rms_norm_eps"] = NormEpsilon,
        ["rope_theta"] = RopeTheta,
        ["rope_scaling"] = null,
        ["attention_bias"] = false,
        ["mlp_bias"] = false,
        ["tie_word_embeddings"] = true,
        ["bos_token_id"] = null,
        ["eos_token_id"] = Tokenizers.BpeTokenizer.MessageEnd,
        ["pad_token_id"] = Tokenizers.BpeTokenizer.EndOfText,
        ["initializer_range"] = 0.02,
        ["torch_dtype"] = "bfloat16",
        ["use_cache"] = true,
    };
}
