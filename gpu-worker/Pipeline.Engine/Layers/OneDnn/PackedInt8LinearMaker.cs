using Pipeline.Engine.Layers.Int8;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.OneDnn;

/// <summary>Rounds weights to whole numbers in oneDNN's layout.</summary>
internal sealed class PackedInt8LinearMaker : ILinearMaker
{
    private readonly Dictionary<(long Outputs, long Inputs), WideningBuffer> _buffers = [];

    /// <inheritdoc/>
    public Linear Make(Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Int8Weights rounded = Int8Weights.Of(weight);

        // oneDNN itself brings the whole numbers, as bfloat16, into its order: nothing has to be known about that.
        using WideningBuffer own = new(OneDnnOperators.Pack(rounded.Values.to(ScalarType.BFloat16)).DetachFromDisposeScope());
        return new PackedInt8Linear(
            own.Narrow(), rounded.Scales.DetachFromDisposeScope(), bias?.alias().DetachFromDisposeScope(), Buffer(weight.shape[0], weight.shape[1]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (WideningBuffer buffer in _buffers.Values)
        {
            buffer.Dispose();
        }
    }

    private WideningBuffer Buffer(long outputs, long inputs)
    {
        if (!_buffers.TryGetValue((outputs, inputs), out WideningBuffer? buffer))
        {
            Tensor zeros = torch.zeros([outputs, inputs], dtype: ScalarType.BFloat16);
            buffer = new WideningBuffer(OneDnnOperators.Pack(zeros).DetachFromDisposeScope());
            _buffers.Add((outputs, inputs), buffer);
        }

        return buffer;
    }
}
