using static Pipeline.Engine.Tests.Reference.ReferenceMath;

namespace Pipeline.Engine.Tests.Reference.Families;

/// <summary>
/// transformers/models/qwen2/modeling_qwen2.py: Qwen2Attention has biases on q, k, v; which layers see a window is
/// configuration_qwen2.py's layer_types.
/// </summary>
internal class Qwen2Reference(ReferenceConfig config, Dictionary<string, double[]> weights) : LlamaReference(config, weights)
{
    protected override int? Window(int layer)
    {
        bool local = Config.Texts("layer_types") is { } types
            ? types[layer] == "sliding_attention"
            : Config.Flag("use_sliding_window") && layer >= Config.Int("max_window_layers", 28);
        return Config.Flag("use_sliding_window") && local ? Config.Int("sliding_window") : null;
    }
}

/// <summary>transformers/models/qwen3/modeling_qwen3.py, Qwen3Attention.forward: q_norm and k_norm on each head, before rotation.</summary>
internal class Qwen3Reference(ReferenceConfig config, Dictionary<string, double[]> weights) : Qwen2Reference(config, weights)
{
    protected override double[][] Attention(double[][] x, int layer, string name)
    {
        double[][] q = Each(x, row => NormHeads(Project(row, name + "q_proj", Heads * HeadSize), name + "q_norm"));
        double[][] k = Each(x, row => NormHeads(Project(row, name + "k_proj", KeyHeads * HeadSize), name + "k_norm"));
        double[][] v = Each(x, row => Project(row, name + "v_proj", KeyHeads * HeadSize));
        return Each(Attend(q, k, v, layer), row => Project(row, name + "o_proj", Hidden));
    }
}

/// <summary>
/// transformers/models/qwen3_moe/modeling_qwen3_moe.py: Qwen3MoeDecoderLayer chooses between Qwen3MoeSparseMoeBlock and Qwen3MoeMLP;
/// Qwen3MoeModel masks all layers by config.sliding_window, which configuration_qwen3_moe.py drops unless use_sliding_window is set.
/// </summary>
internal sealed class Qwen3MoeReference(ReferenceConfig config, Dictionary<string, double[]> weights) : Qwen3Reference(config, weights)
{
    protected override int? Window(int layer) => Config.Flag("use_sliding_window") ? Config.Int("sliding_window") : null;

    protected override double[][] FeedForward(double[][] x, int layer, string name)
    {
        bool sparse = !Config.Ints("mlp_only_layers").Contains(layer)
            && Config.Int("num_experts") > 0 && (layer + 1) % Config.Int("decoder_sparse_step", 1) == 0;
        return sparse ? Each(x, row => SparseBlock(row, name + "mlp.")) : base.FeedForward(x, layer, name);
    }

    private double[] SparseBlock(double[] row, string name)
    {
        double[] routing = Softmax(Multiply(Weight(name + "gate"), row, Config.Int("num_experts")));
        int[] selected = [.. routing.Index().OrderByDescending(expert => expert.Item).Take(Config.Int("num_experts_per_tok")).Select(expert => expert.Index)];
        double total = Config.Flag("norm_topk_prob") ? selected.Sum(expert => routing[expert]) : 1;
        double[] result = new double[Hidden];
        foreach (int expert in selected)
        {
            double[] computed = Mlp(row, $"{name}experts.{expert}.", width: Config.Int("moe_intermediate_size"));
            result = Sum(result, [.. computed.Select(value => value * routing[expert] / total)]);
        }

        return result;
    }
}

/// <summary>transformers/models/mixtral/modeling_mixtral.py: MixtralSparseMoeBlock in every layer; attention as Mistral's.</summary>
internal sealed class MixtralReference(ReferenceConfig config, Dictionary<string, double[]> weights) : MistralReference(config, weights)
{
    protected override double[][] FeedForward(double[][] x, int layer, string name) => Each(x, row =>
    {
        string block = name + "block_sparse_moe.";
        double[] routing = Softmax(Multiply(Weight(block + "gate"), row, Config.Int("num_local_experts")));
        int[] selected = [.. routing.Index().OrderByDescending(expert => expert.Item).Take(Config.Int("num_experts_per_tok")).Select(expert => expert.Index)];
        double total = selected.Sum(expert => routing[expert]);
        double[] result = new double[Hidden];
        foreach (int expert in selected)
        {
            double[] computed = Mlp(row, $"{block}experts.{expert}.", gate: "w1", up: "w3", down: "w2");
            result = Sum(result, [.. computed.Select(value => value * routing[expert] / total)]);
        }

        return result;
    });
}
