using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>
/// Numbers on their way to the device, in host memory that is kept from step to step: pinned where the device is CUDA's, so
/// that they travel while the device computes what it was given before. Not to be written again before they have arrived.
/// </summary>
/// <typeparam name="T">What <paramref name="type"/> is in C#.</typeparam>
/// <param name="type">What the numbers are.</param>
/// <param name="device">Where they go.</param>
internal sealed class UploadBuffer<T>(ScalarType type, Device device) : IDisposable
    where T : unmanaged
{
    private Tensor? _memory;

    /// <summary>Memory for that many numbers; what was in it is lost.</summary>
    public Span<T> Reserve(int count)
    {
        if (_memory is null || _memory.shape[0] < count)
        {
            long enough = Math.Max(count, 2 * (_memory?.shape[0] ?? 256));
            _memory?.Dispose();
            _memory = HostMemory.Allocate(enough, type, device);
        }

        return MemoryMarshal.Cast<byte, T>(_memory.bytes)[..count];
    }

    /// <summary>The first <paramref name="count"/> numbers on the device. On a CPU it is this memory itself.</summary>
    public Tensor Send(int count)
    {
        Tensor sent = (_memory ?? throw new InvalidOperationException("Nothing has been written.")).narrow(0, 0, count);
        return device.type == DeviceType.CPU ? sent : sent.to(device, non_blocking: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();
}
