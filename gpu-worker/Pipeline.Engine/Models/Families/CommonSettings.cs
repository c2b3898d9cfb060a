using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Models.Families;

/// <summary>What all families' configurations say in the same words.</summary>
internal static class CommonSettings
{
    /// <summary>Sizes, norms, rotary settings and ties. Everything else is as in the first Llama.</summary>
    public static ModelConfig Read(JsonSection config)
    {
        config.RequireAbsent("quantization_config");
        int heads = config.Int("num_attention_heads"), hidden = config.Int("hidden_size");
        int size = config.OptionalInt("head_dim") ?? (heads > 0 ? hidden / heads : 0);
        return new ModelConfig
        {
            HiddenSize = hidden,
            IntermediateSize = config.Int("intermediate_size"),
            Layers = config.Int("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = config.OptionalInt("num_key_value_heads") ?? heads,
            HeadSize = size,
            VocabularySize = config.Int("vocab_size"),
            ContextLength = config.Int("max_position_embeddings"),
            Ropes = [RopeReader.Read(config, size)],
            NormEpsilon = config.Number("rms_norm_eps") ?? 1e-6,
            TiedEmbeddings = config.Flag("tie_word_embeddings"),
        };
    }

    /// <summary>Layers of which some see a window, by <c>layer_types</c>, or by a rule where that is not stated.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="window">The window; null if no layer has one.</param>
    /// <param name="isLocal">Whether a layer has it.</param>
    public static IReadOnlyList<LayerConfig> Windows(JsonSection config, int? window, Func<int, bool> isLocal) =>
        [.. LocalLayers(config, isLocal).Select(local => local && window is not null ? new LayerConfig { Window = window } : LayerConfig.Plain)];

    /// <summary>Whether each layer sees a window only.</summary>
    public static IReadOnlyList<bool> LocalLayers(JsonSection config, Func<int, bool> isLocal)
    {
        int layers = config.Int("num_hidden_layers");
        IReadOnlyList<string>? types = config.Texts("layer_types");
        if (types is not null && types.Count != layers)
        {
            throw config.Unsupported("layer_types", $"{types.Count} entries for {layers} layers");
        }

        return types is null
            ? [.. Enumerable.Range(0, layers).Select(isLocal)]
            : [.. types.Select(type => type switch
            {
                "sliding_attention" => true,
                "full_attention" => false,
                _ => throw config.Unsupported("layer_types", type),
            })];
    }
}
