namespace Pipeline.Engine.Models.Families;

/// <summary>Qwen2 and 2.5: a Llama with biases on queries, keys and values, and windows in the later layers if it asks for them.</summary>
internal sealed class Qwen2 : IModelFamily
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["qwen2"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.Require("hidden_act", "silu");
        return CommonSettings.Read(config) with { QueryKeyValueBias = true, LayerPattern = Layers(config) };
    }

    /// <summary>Qwen's way to ask for windows: a switch, and the number of layers at the beginning that have none.</summary>
    public static IReadOnlyList<LayerConfig> Layers(JsonSection config)
    {
        int? window = config.Flag("use_sliding_window") ? config.OptionalInt("sliding_window") : null;
        int full = config.OptionalInt("max_window_layers") ?? 0;
        return CommonSettings.Windows(config, window, layer => window is not null && layer >= full);
    }
}
