using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Pipeline.ModelTrainer.Training;

/// <summary>
/// A Llama for training: whole sequences from position 0, no cache. Matrix products run in bfloat16, the residual stream,
/// norms and the softmax of the loss in float32. The forward pass keeps no state: threads may share it.
/// </summary>
internal sealed class LlamaModel
{
    private const double EmbeddingDeviation = 0.125;

    private readonly Tensor cosines;
    private readonly Tensor sines;

    public LlamaModel(LlamaShape shape, long seed)
    {
        Shape = shape;
        using var generator = new Generator((ulong)seed);
        var parameters = new List<Parameter>();
        Tensor Normal(double deviation, params long[] size)
        {
            var values = empty(size);
            values.normal_(0, deviation, generator);
            return values;
        }

        var inner = 1 / Math.Sqrt(shape.Hidden);

        // Layers write nothing at first, so that each token's own embedding is not drowned in the residual stream:
        // copying depends on it. The last norm starts small, as the embedding, large for that reason, is the output's too.
        parameters.Add(new Parameter("embed", Normal(EmbeddingDeviation, shape.Vocabulary, shape.Hidden), null));
        for (var i = 0; i < shape.Layers; i++)
        {
            parameters.Add(new Parameter($"{i}.norm1", ones(shape.Hidden), null));
            parameters.Add(new Parameter($"{i}.qkv", Normal(inner, shape.QueryRows + (2 * shape.KeyRows), shape.Hidden), [shape.QueryRows, shape.KeyRows, shape.KeyRows]));
            parameters.Add(new Parameter($"{i}.o", zeros(shape.Hidden, shape.QueryRows), [shape.Hidden]));
            parameters.Add(new Parameter($"{i}.norm2", ones(shape.Hidden), null));
            parameters.Add(new Parameter($"{i}.gate_up", Normal(inner, 2 * shape.Intermediate, shape.Hidden), [shape.Intermediate, shape.Intermediate]));
            parameters.Add(new Parameter($"{i}.down", zeros(shape.Hidden, shape.Intermediate), [shape.Hidden]));
        }

        parameters.Add(new Parameter("norm", ones(shape.Hidden) * (0.02 / EmbeddingDeviation), null));
        Parameters = parameters;
        (cosines, sines) = Rotations(shape);
        CopyingStart.Apply(this);
    }

    public LlamaShape Shape { get; }

    /// <summary>All weights, in a fixed order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The float32 hidden states after the last norm, at the asked flat positions of <paramref name="ids"/>.</summary>
    public Tensor Hidden(Tensor ids, Tensor positions)
    {
        var embed = Parameters[0].Working;
        var x = embed.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], Shape.Hidden);
        var length = ids.shape[1];
        var cos = cosines.narrow(0, 0, length);
        var sin = sines.narrow(0, 0, length);
        for (var i = 0; i < Shape.Layers; i++)
        {
            x = Layer(x, i, cos, sin);
        }

        x = x.view(-1, Shape.Hidden).index_select(0, positions);
        return Norm(x, Parameters[^1].Working);
    }

    /// <summary>Scores over the vocabulary, float32.</summary>
    public Tensor Scores(Tensor hidden) =>
        functional.linear(hidden.to_type(ScalarType.BFloat16), Parameters[0].Working.to_type(ScalarType.BFloat16)).to_type(ScalarType.Float32);

    private Tensor Layer(Tensor x, int index, Tensor cos, Tensor sin)
    {
        var (batch, length) = (x.shape[0], x.shape[1]);
        var p = 1 + (index * 6);
        var h = Norm(x, Parameters[p].Working).to_type(ScalarType.BFloat16);
        var qkv = functional.linear(h, Parameters[p + 1].Working).view(batch, length, Shape.Heads + (2 * Shape.KeyValueHeads), Shape.HeadSize).transpose(1, 2);
        var rotated = Rotate(qkv.narrow(1, 0, Shape.Heads + Shape.KeyValueHeads), cos, sin);
        var q = rotated.narrow(1, 0, Shape.Heads);
        var k = Spread(rotated.narrow(1, Shape.Heads, Shape.KeyValueHeads));
        var v = Spread(qkv.narrow(1, Shape.Heads + Shape.KeyValueHeads, Shape.KeyValueHeads));
        var attended = functional.scaled_dot_product_attention(q, k, v, is_casual: true);
        x += functional.linear(attended.transpose(1, 2).reshape(batch, length, Shape.QueryRows), Parameters[p + 2].Working);
        h = Norm(x, Parameters[p + 3].Working).to_type(ScalarType.BFloat16);
        var gateUp = functional.linear(h, Parameters[p + 4].Working);
        var gated = functional.silu(gateUp.narrow(2, 0, Shape.Intermediate)) * gateUp.narrow(2, Shape.Intermediate, Shape.Intermediate);
        return x + functional.linear(gated, Parameters[p + 5].Working);
    }

    private Tensor Norm(Tensor x, Tensor weight) => x * (x.square().mean([-1], keepdim: true) + Shape.NormEpsilon).rsqrt() * weight;

    // Each key and value head serves several query heads.
    private Tensor Spread(Tensor heads)
    {
        var s = heads.shape;
        var group = Shape.Heads / Shape.KeyValueHeads;
        return heads.unsqueeze(2).expand(s[0], s[1], group, s[2], s[3]).reshape(s[0], s[1] * group, s[2], s[3]);
    }

    private Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        var half = Shape.HeadSize / 2;
        var turned = cat([-x.narrow(3, half, half), x.narrow(3, 0, half)], 3);
        return (x * cos) + (turned * sin);
    }

    private static (Tensor Cosines, Tensor Sines) Rotations(LlamaShape shape)
    {
        using var scope = NewDisposeScope();
        var half = shape.HeadSize / 2;
        var frequencies = pow(shape.RopeTheta, arange(half, ScalarType.Float64) / -half);
        var angles = outer(arange(shape.Context, ScalarType.Float64), frequencies);
        var both = cat([angles, angles], 1);
        return (
            both.cos().to_type(ScalarType.BFloat16).MoveToOuterDisposeScope(),
            both.sin().to_type(ScalarType.BFloat16).MoveToOuterDisposeScope());
    }
}
