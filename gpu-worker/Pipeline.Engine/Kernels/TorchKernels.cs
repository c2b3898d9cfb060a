using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Kernels;

/// <summary>The reference: plain torch operations, on any device and in any type.</summary>
internal sealed class TorchKernels(ModelConfig model) : IKernels
{
    private readonly Scalar _epsilon = model.NormEpsilon;

    /// <inheritdoc/>
    public Tensor RmsNorm(Tensor x, Tensor weight)
    {
        Tensor wide = x.to(ScalarType.Float32);
        Tensor scale = wide.mul(wide).mean([-1], keepdim: true).add_(_epsilon, Scalars.One).rsqrt_();
        return wide.mul(scale).to(x.dtype).mul_(weight);
    }

    /// <inheritdoc/>
    public void Rotate(Tensor heads, Rotation rotation)
    {
        Tensor swapped = heads.roll(model.HeadSize / 2, -1);
        heads.mul_(rotation.Cosine).add_(swapped.mul(rotation.Sine), Scalars.One);
    }

    /// <inheritdoc/>
    public void Store(Tensor keysValues, Tensor slots, LayerCache cache) =>
        cache.Slots.index_copy_(0, slots, keysValues.reshape(keysValues.shape[0], -1));

    /// <inheritdoc/>
    public Tensor Attend(Tensor queries, LayerCache cache, AttentionGroup group)
    {
        int keyHeads = model.KeyValueHeads, size = model.HeadSize, count = group.Sequences;

        // All query heads of a key head stand as rows of one matrix, so that keys are not repeated for each.
        Tensor q = queries.reshape(count, group.Queries, keyHeads, model.Group, size)
            .permute(0, 2, 3, 1, 4).reshape(count, keyHeads, model.Group * group.Queries, size);
        Tensor gathered = cache.Blocks.index_select(0, group.Blocks)
            .view(count, -1, 2, keyHeads, size).permute(2, 0, 3, 1, 4);
        Tensor attended = scaled_dot_product_attention(q, gathered[0], gathered[1], group.Mask);
        return attended.reshape(count, keyHeads, model.Group, group.Queries, size)
            .permute(0, 3, 1, 2, 4).reshape(count * group.Queries, model.Heads * size);
    }

    /// <inheritdoc/>
    public Tensor SiluMultiply(Tensor gateUp)
    {
        long width = gateUp.shape[1] / 2;
        return gateUp.narrow(1, 0, width).silu().mul_(gateUp.narrow(1, width, width));
    }
}
