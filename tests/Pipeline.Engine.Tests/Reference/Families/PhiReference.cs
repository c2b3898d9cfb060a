using static Pipeline.Engine.Tests.Reference.ReferenceMath;

namespace Pipeline.Engine.Tests.Reference.Families;

/// <summary>transformers/models/phi3/modeling_phi3.py: Phi3Attention and Phi3MLP, whose projections are one matrix each.</summary>
internal sealed class Phi3Reference(ReferenceConfig config, Dictionary<string, double[]> weights) : MistralReference(config, weights)
{
    protected override double[][] Attention(double[][] x, int layer, string name)
    {
        int queries = Heads * HeadSize, keys = KeyHeads * HeadSize;
        double[][] qkv = Each(x, row => Project(row, name + "qkv_proj", queries + (2 * keys)));
        double[][] mixed = Attend(
            Each(qkv, row => row[..queries]), Each(qkv, row => row[queries..(queries + keys)]), Each(qkv, row => row[(queries + keys)..]), layer);
        return Each(mixed, row => Project(row, name + "o_proj", Hidden));
    }

    protected override double[][] FeedForward(double[][] x, int layer, string name) => Each(x, row =>
    {
        double[] gateUp = Project(row, name + "mlp.gate_up_proj", 2 * Config.Int("intermediate_size"));
        int width = gateUp.Length / 2;
        return Project([.. gateUp[..width].Zip(gateUp[width..], (gate, up) => up * Silu(gate))], name + "mlp.down_proj", Hidden);
    });
}
