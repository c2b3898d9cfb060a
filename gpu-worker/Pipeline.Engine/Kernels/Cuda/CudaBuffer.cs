using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Device memory for float32 that is kept from step to step and only grows. Kernels that use it keep their order.</summary>
internal sealed class CudaBuffer(Device device) : IDisposable
{
    private Tensor? _memory;

    /// <summary>The address of room for that many numbers, whose contents mean nothing; an earlier address is no longer valid.</summary>
    public ulong Room(long count)
    {
        if (_memory is null || _memory.numel() < count)
        {
            long room = Math.Max(count, 2 * (_memory?.numel() ?? 0));
            _memory?.Dispose();
            _memory = torch.empty([room], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        }

        return TensorAddress.Of(_memory);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();
}
