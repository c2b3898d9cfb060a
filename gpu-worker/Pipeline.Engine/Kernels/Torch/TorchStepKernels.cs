using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Sampling;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Kernels.Torch;

/// <summary>The reference operations for the rows of one step.</summary>
internal sealed class TorchStepKernels : IStepKernels
{
    private readonly TorchKernels _kernels;
    private readonly ModelConfig _model;
    private readonly Tensor _slots;
    private readonly Tensor _cosine;
    private readonly Tensor _sine;
    private readonly TorchAttentionGroup[] _groups;

    public TorchStepKernels(TorchKernels kernels, StepLayout layout)
    {
        _kernels = kernels;
        _model = kernels.Setting.Model;
        Tensor positions = Upload(layout.Positions.AsSpan(0, layout.Rows));
        _slots = Upload(layout.Slots.AsSpan(0, layout.Rows));
        (_cosine, _sine) = kernels.Angles(positions);
        _groups = [.. TorchAttentionGroup.Of(layout).Select(chunks => new TorchAttentionGroup(kernels, layout, chunks, positions))];
    }

    /// <inheritdoc/>
    public Tensor Norm(Tensor residual, Tensor? delta, Tensor weight)
    {
        if (delta is not null)
        {
            residual.add_(delta, Scalars.One);
        }

        Tensor wide = residual.to(ScalarType.Float32);
        Tensor scale = wide.mul(wide).mean([-1], keepdim: true).add_(_kernels.Epsilon, Scalars.One).rsqrt_();
        return wide.mul(scale).to(residual.dtype).mul_(weight);
    }

    /// <inheritdoc/>
    public void RotateAndStore(Tensor queryKeyValue, LayerCache cache)
    {
        int heads = _model.Heads, keyHeads = _model.KeyValueHeads;
        Tensor turned = queryKeyValue.narrow(1, 0, heads + keyHeads);
        Tensor swapped = turned.roll(_model.HeadSize / 2, -1);
        turned.mul_(_cosine).add_(swapped.mul(_sine), Scalars.One);
        cache.Slots.index_copy_(0, _slots, queryKeyValue.narrow(1, heads, 2 * keyHeads).reshape(queryKeyValue.shape[0], -1));
    }

    /// <inheritdoc/>
    public Tensor Attend(Tensor queryKeyValue, LayerCache cache)
    {
        Tensor queries = queryKeyValue.narrow(1, 0, _model.Heads);
        Tensor attended = torch.empty(
            [queries.shape[0], (long)_model.Heads * _model.HeadSize], dtype: queries.dtype, device: queries.device);
        foreach (TorchAttentionGroup group in _groups)
        {
            attended.index_copy_(0, group.Rows, group.Attend(queries.index_select(0, group.Rows), cache));
        }

        return attended;
    }

    /// <inheritdoc/>
    public Tensor SiluMultiply(Tensor gateUp)
    {
        long width = gateUp.shape[1] / 2;
        return gateUp.narrow(1, 0, width).silu().mul_(gateUp.narrow(1, width, width));
    }

    /// <inheritdoc/>
    public Tensor Choose(Tensor logits)
    {
        (Tensor highest, Tensor tokens) = logits.max(-1);
        return tokens.masked_fill_(highest.isfinite().logical_not(), Sampler.NotFiniteScalar);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // All tensors are the step's, and go with its scope.
    }

    private Tensor Upload(ReadOnlySpan<int> values) =>
        torch.tensor(values.ToArray()).to(ScalarType.Int64).to(_kernels.Setting.Device);
}
