using static Pipeline.Engine.Tests.Reference.ReferenceMath;

namespace Pipeline.Engine.Tests.Reference.Families;

/// <summary>
/// transformers/models/gemma2/modeling_gemma2.py: Gemma2RMSNorm, Gemma2MLP, eager_attention_forward with its cap, Gemma2DecoderLayer
/// with four norms, Gemma2Model's scaled embedding, Gemma2ForCausalLM's capped logits.
/// </summary>
internal class Gemma2Reference(ReferenceConfig config, Dictionary<string, double[]> weights) : ReferenceFamily(config, weights)
{
    protected override int HeadSize => Config.Int("head_dim", 256);

    protected override bool TiedByDefault => true;

    protected override double Scaling => Math.Pow(Config.Number("query_pre_attn_scalar", 256), -0.5);

    protected virtual double? AttentionCap => Config.Number("attn_logit_softcapping", 50);

    protected virtual double? LogitCap => Config.Number("final_logit_softcapping", 30);

    protected override double Cap(double score) => Capped(score, AttentionCap);

    protected override double[] Head(double[] logits) => [.. logits.Select(logit => Capped(logit, LogitCap))];

    protected override double[] Embed(double[] row) => [.. row.Select(value => value * Math.Sqrt(Hidden))];

    protected override double Activate(double x) => GeluTanh(x);

    // configuration_gemma2.py: "sliding_attention" if bool((i + 1) % 2).
    protected override int? Window(int layer) => (layer + 1) % 2 != 0 ? Config.Int("sliding_window", 4096) : null;

    protected override double[] Norm(ReadOnlySpan<double> row, string name)
    {
        double[] weight = Weight(name);
        return RmsNorm(row, Epsilon, i => 1 + weight[i]);
    }

    protected override double[][] DecoderLayer(double[][] x, int layer, string name)
    {
        double[][] attended = Attention(Each(x, row => Norm(row, name + "input_layernorm")), layer, name + "self_attn.");
        x = Sum(x, Each(attended, row => Norm(row, name + "post_attention_layernorm")));
        double[][] fed = FeedForward(Each(x, row => Norm(row, name + "pre_feedforward_layernorm")), layer, name);
        return Sum(x, Each(fed, row => Norm(row, name + "post_feedforward_layernorm")));
    }

    private static double Capped(double value, double? cap) => cap is { } most ? Math.Tanh(value / most) * most : value;
}

/// <summary>
/// transformers/models/gemma3/modeling_gemma3.py: as Gemma 2 without caps unless they are set, with norms of query and key heads, five
/// layers with a window to one without, and a rotary base for each kind (Gemma3RotaryEmbedding; scaling in the global layers alone).
/// </summary>
internal sealed class Gemma3Reference(ReferenceConfig config, Dictionary<string, double[]> weights) : Gemma2Reference(config, weights)
{
    protected override double? AttentionCap => Config.Has("attn_logit_softcapping") ? Config.Number("attn_logit_softcapping") : null;

    protected override double? LogitCap => Config.Has("final_logit_softcapping") ? Config.Number("final_logit_softcapping") : null;

    // configuration_gemma3.py: "sliding_attention" if bool((i + 1) % sliding_window_pattern).
    protected override int? Window(int layer) =>
        (layer + 1) % Config.Int("sliding_window_pattern", 6) != 0 ? Config.Int("sliding_window", 4096) : null;

    protected override ReferenceRope Rope(int layer, int length) => Window(layer) is not null
        ? ReferenceRope.Default(Config.Number("rope_local_base_freq", 10_000), HeadSize)
        : Config.Section("rope_scaling") is { } scaling
            ? ReferenceRope.Linear(scaling.Number("factor"), Config.Number("rope_theta", 1_000_000), HeadSize)
            : ReferenceRope.Default(Config.Number("rope_theta", 1_000_000), HeadSize);

    protected override double[][] Attention(double[][] x, int layer, string name)
    {
        double[][] q = Each(x, row => NormHeads(Project(row, name + "q_proj", Heads * HeadSize), name + "q_norm"));
        double[][] k = Each(x, row => NormHeads(Project(row, name + "k_proj", KeyHeads * HeadSize), name + "k_norm"));
        double[][] v = Each(x, row => Project(row, name + "v_proj", KeyHeads * HeadSize));
        return Each(Attend(q, k, v, layer), row => Project(row, name + "o_proj", Hidden));
    }
}
