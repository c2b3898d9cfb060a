namespace Pipeline.Engine.Models.Families;

/// <summary>Mixtral: a Mistral whose layers are all mixtures of experts.</summary>
internal sealed class Mixtral : IModelFamily
{
    private static readonly WeightNames Experts = new()
    {
        Router = "block_sparse_moe.gate",
        ExpertGateUp = ["block_sparse_moe.experts.{0}.w1", "block_sparse_moe.experts.{0}.w3"],
        ExpertDown = "block_sparse_moe.experts.{0}.w2",
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["mixtral"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.Require("hidden_act", "silu");
        ModelConfig model = CommonSettings.Read(config);
        return model with
        {
            Mixture = new MixtureConfig(
                config.Int("num_local_experts"), config.Int("num_experts_per_tok"), model.IntermediateSize, Normalised: true),
            LayerPattern = [new LayerConfig { Window = config.OptionalInt("sliding_window"), IsMixture = true }],
            Names = Experts,
        };
    }
}
