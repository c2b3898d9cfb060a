using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Models.Families;

/// <summary>
/// Gemma 3's text models: as Gemma 2, but with norms of query and key heads in place of the caps, windows in five of six layers,
/// and rotary bases of their own for layers with and without. Models that also see keep all this under <c>text_config</c>, and
/// their weights under longer names; what they see with is not loaded.
/// </summary>
internal sealed class Gemma3 : IModelFamily
{
    private static readonly WeightNames Names = Gemma2.Norms with
    {
        Prefixes = ["model.", "language_model.model.", "model.language_model."],
        QueryNorm = "self_attn.q_norm",
        KeyNorm = "self_attn.k_norm",
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["gemma3_text", "gemma3"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.RequireAbsent("quantization_config");
        JsonSection text = (config.Section("text_config") ?? config).WithDefaults("""
            {
              "head_dim": 256, "num_attention_heads": 8, "num_key_value_heads": 4, "vocab_size": 262208,
              "max_position_embeddings": 131072, "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": true,
              "query_pre_attn_scalar": 256, "sliding_window": 4096, "sliding_window_pattern": 6, "rope_theta": 1000000.0,
              "rope_local_base_freq": 10000.0
            }
            """);
        int period = text.OptionalInt("sliding_window_pattern") ?? text.Int("_sliding_window_pattern");
        ModelConfig model = Gemma2.ReadCommon(text, layer => (layer + 1) % period != 0);
        return model with { Ropes = Ropes(text, model.HeadSize), LayerPattern = [.. model.LayerPattern.Select(WithRope)], Names = Names };
    }

    /// <summary>First that of layers which see everything: it alone may be scaled.</summary>
    private static IReadOnlyList<RopeConfig> Ropes(JsonSection text, int headSize)
    {
        // Newer configurations have a section for each kind of layer.
        if (text.Section("rope_parameters") is { } all && all.Section("full_attention") is { } full && all.Section("sliding_attention") is { } local)
        {
            return [Rope(full), Rope(local)];
        }

        RopeConfig narrow = new() { Theta = text.RequiredNumber("rope_local_base_freq"), Dimensions = headSize };
        return [RopeReader.Read(text, headSize), narrow];

        RopeConfig Rope(JsonSection section) => new()
        {
            Theta = section.RequiredNumber("rope_theta"), Dimensions = headSize, Scaling = RopeReader.ReadScaling(section, text, headSize),
        };
    }

    private static LayerConfig WithRope(LayerConfig layer) => layer with { Rope = layer.Window is null ? 0 : 1 };
}
