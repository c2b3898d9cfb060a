namespace Pipeline.Engine.Models.Families;

/// <summary>
/// Gemma 2: norms of 1 + weight before and behind both halves of a layer, scaled embeddings, gelu gates, capped scores and logits, a
/// score scale of its own, and a window in every second layer, the first included.
/// </summary>
internal sealed class Gemma2 : IModelFamily
{
    /// <summary>What both Gemmas call their norms.</summary>
    public static WeightNames Norms { get; } = new()
    {
        AttentionOutputNorm = "post_attention_layernorm",
        FeedForwardNorm = "pre_feedforward_layernorm",
        FeedForwardOutputNorm = "post_feedforward_layernorm",
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["gemma2"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config) => ReadCommon(config.WithDefaults("""
        {
          "head_dim": 256, "num_attention_heads": 8, "num_key_value_heads": 4, "vocab_size": 256000, "max_position_embeddings": 8192,
          "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": true, "query_pre_attn_scalar": 256, "sliding_window": 4096,
          "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0
        }
        """), layer => layer % 2 == 0);

    /// <summary>What Gemma 2 and 3 have in common.</summary>
    /// <param name="config">The configuration, with the family's defaults.</param>
    /// <param name="isLocal">Which layers have a window where the configuration does not list them.</param>
    public static ModelConfig ReadCommon(JsonSection config, Func<int, bool> isLocal)
    {
        config.Require("hidden_activation", "gelu_pytorch_tanh");
        config.RequireFalse("use_bidirectional_attention");
        bool bias = config.Flag("attention_bias");
        ModelConfig model = CommonSettings.Read(config);
        return model with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            NormOffset = true,
            Activation = Activation.GeluTanh,
            AttentionScale = Math.Pow(config.RequiredNumber("query_pre_attn_scalar"), -0.5),
            AttentionCap = config.Number("attn_logit_softcapping"),
            LogitCap = config.Number("final_logit_softcapping"),
            EmbeddingScale = Math.Sqrt(model.HiddenSize),
            LayerPattern = CommonSettings.Windows(config, config.OptionalInt("sliding_window"), isLocal),
            Names = Norms,
        };
    }
}
