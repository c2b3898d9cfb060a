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
    private static readonly Scalar Half = 0.5, Cubic = 0.044715, RootOfTwoOverPi = Math.Sqrt(2 / Math.PI);

    private readonly TorchKernels _kernels;
    private readonly ModelConfig _model;
    private readonly Tensor _slots;
    private readonly (Tensor Cosine, Tensor Sine)[] _angles;
    private readonly TorchAttentionGroup[] _groups;

    public TorchStepKernels(TorchKernels kernels, StepLayout layout)
    {
        _kernels = kernels;
        _model = kernels.Setting.Model;
        Tensor positions = Upload(layout.Positions.AsSpan(0, layout.Rows));
        _slots = Upload(layout.Slots.AsSpan(0, layout.Rows));
        Tensor stretched = Upload(layout.Stretched.AsSpan(0, layout.Rows));
        _angles = [.. _model.Ropes.Select((_, rope) => kernels.Angles(positions, stretched, rope))];
        _groups = [.. TorchAttentionGroup.Of(layout).Select(chunks => new TorchAttentionGroup(kernels, layout, chunks, positions))];
    }

    /// <inheritdoc/>
    public Tensor Norm(Tensor residual, Tensor? delta, Tensor weight)
    {
        if (delta is not null)
        {
            residual.add_(delta, Scalars.One);
        }

        return Normalise(residual, weight);
    }

    /// <inheritdoc/>
    public void RotateAndStore(Tensor queryKeyValue, HeadNorms? norms, LayerConfig layer, LayerCache cache)
    {
        int heads = _model.Heads, keyHeads = _model.KeyValueHeads;
        if (norms is not null)
        {
            Tensor queries = queryKeyValue.narrow(1, 0, heads), keys = queryKeyValue.narrow(1, heads, keyHeads);
            queries.copy_(Normalise(queries, norms.Query));
            keys.copy_(Normalise(keys, norms.Key));
        }

        (Tensor cosine, Tensor sine) = _angles[layer.Rope];
        Tensor turned = queryKeyValue.narrow(1, 0, heads + keyHeads).narrow(-1, 0, _model.RotaryDimensions);
        Tensor swapped = turned.roll(_model.RotaryDimensions / 2, -1);
        turned.mul_(cosine).add_(swapped.mul(sine), Scalars.One);
        cache.Slots.index_copy_(0, _slots, queryKeyValue.narrow(1, heads, 2 * keyHeads).reshape(queryKeyValue.shape[0], -1));
    }

    /// <inheritdoc/>
    public Tensor Attend(Tensor queryKeyValue, LayerConfig layer, LayerCache cache)
    {
        Tensor queries = queryKeyValue.narrow(1, 0, _model.Heads);
        Tensor attended = torch.empty(
            [queries.shape[0], (long)_model.Heads * _model.HeadSize], dtype: queries.dtype, device: queries.device);
        foreach (TorchAttentionGroup group in _groups)
        {
            attended.index_copy_(0, group.Rows, group.Attend(queries.index_select(0, group.Rows), layer, cache));
        }

        return attended;
    }

    /// <inheritdoc/>
    public Tensor Gate(Tensor gateUp)
    {
        long width = gateUp.shape[1] / 2;
        Tensor gate = gateUp.narrow(1, 0, width), up = gateUp.narrow(1, width, width);
        return (_model.Activation == Activation.GeluTanh ? GeluTanh(gate) : gate.silu()).mul_(up);
    }

    /// <inheritdoc/>
    public Tensor Choose(Tensor logits, Tensor? allowed = null)
    {
        (Tensor highest, Tensor tokens) = (allowed is null ? logits : LogitChange.Refuse(logits, allowed)).max(-1);
        return tokens.masked_fill_(highest.isfinite().logical_not(), Sampler.NotFiniteScalar);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // All tensors are the step's, and go with its scope.
    }

    private Tensor Normalise(Tensor x, Tensor weight)
    {
        Tensor wide = x.to(ScalarType.Float32);
        Tensor scale = wide.mul(wide).mean([-1], keepdim: true).add_(_kernels.Epsilon, Scalars.One).rsqrt_();

        // As the references have it: with the offset everything is in float32, without it the weight comes after the rounding.
        return _model.NormOffset
            ? wide.mul(scale).mul_(weight.to(ScalarType.Float32).add(Scalars.One, Scalars.One)).to(x.dtype)
            : wide.mul(scale).to(x.dtype).mul_(weight);
    }

    /// <summary>TorchSharp has torch's gelu by the exact formula only.</summary>
    private static Tensor GeluTanh(Tensor x)
    {
        Tensor wide = x.to(ScalarType.Float32);
        Tensor inner = wide.mul(wide).mul_(wide).mul_(Cubic).add_(wide, Scalars.One).mul_(RootOfTwoOverPi);
        return inner.tanh_().add_(Scalars.One, Scalars.One).mul_(wide).mul_(Half).to(x.dtype);
    }

    private Tensor Upload(ReadOnlySpan<int> values) =>
        torch.tensor(values.ToArray()).to(ScalarType.Int64).to(_kernels.Setting.Device);
}
