namespace Pipeline.Engine.Models.Families;

/// <summary>Qwen3: a Llama with norms on each query and key head.</summary>
internal sealed class Qwen3 : IModelFamily
{
    /// <summary>A Llama's, and the two norms.</summary>
    public static WeightNames WeightNames { get; } = new() { QueryNorm = "self_attn.q_norm", KeyNorm = "self_attn.k_norm" };

    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["qwen3"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.Require("hidden_act", "silu");
        bool bias = config.Flag("attention_bias");
        return CommonSettings.Read(config) with
        {
            QueryKeyValueBias = bias, OutputBias = bias, LayerPattern = Qwen2.Layers(config), Names = WeightNames,
        };
    }
}
