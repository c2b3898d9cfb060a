namespace Pipeline.Engine.Models.Families;

/// <summary>Qwen3-MoE: a Qwen3 of which some layers, or all, are mixtures of experts.</summary>
internal sealed class Qwen3Moe : IModelFamily
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["qwen3_moe"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.Require("hidden_act", "silu");
        bool bias = config.Flag("attention_bias");
        int experts = config.Int("num_experts"), step = config.OptionalInt("decoder_sparse_step") ?? 1;
        IReadOnlyList<int> dense = config.IntOrList("mlp_only_layers") ?? [];

        // Unlike Qwen3's, its windows are in all layers or in none.
        int? window = config.Flag("use_sliding_window") ? config.OptionalInt("sliding_window") : null;
        IReadOnlyList<LayerConfig> layers = CommonSettings.Windows(config, window, _ => true);
        return CommonSettings.Read(config) with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            Mixture = new MixtureConfig(
                experts, config.Int("num_experts_per_tok"), config.Int("moe_intermediate_size"), config.Flag("norm_topk_prob")),
            LayerPattern = [.. layers.Select((layer, i) =>
                layer with { IsMixture = experts > 0 && !dense.Contains(i) && (i + 1) % step == 0 })],
            Names = Qwen3.WeightNames,
        };
    }
}
