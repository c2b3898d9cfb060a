using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Models.Families;

/// <summary>
/// Phi-3, Phi-3.5, Phi-4 and Phi-4-mini: a Mistral whose projections are one matrix each on disk, and which may turn a part of
/// each head only, by frequencies of its own for long sequences.
/// </summary>
internal sealed class Phi3 : IModelFamily
{
    private static readonly WeightNames Fused = new() { QueryKeyValue = ["self_attn.qkv_proj"], GateUp = ["mlp.gate_up_proj"] };

    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["phi3"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.Require("hidden_act", "silu");
        config.RequireFalse("attention_bias");
        ModelConfig model = CommonSettings.Read(config);

        // transformers takes what calls itself yarn in these for LongRoPE; none is known that does.
        return model.Ropes[0].Scaling is null or LongRopeScaling
            ? model with
            {
                LayerPattern = CommonSettings.Windows(config, config.OptionalInt("sliding_window"), _ => true), Names = Fused,
            }
            : throw config.Unsupported("rope_scaling", "of another kind than longrope");
    }
}
