using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>
/// The tokens that a step chooses. They stay on the device, where the step after takes them from, and come to the host when
/// it asks: on CUDA by a copy that is launched with the step, so that the host waits for this step alone.
/// </summary>
internal sealed class ChosenTokens(Device device) : IDisposable
{
    private readonly CudaEvent? _arrived = device.type == DeviceType.CUDA ? new CudaEvent(Math.Max(0, device.index)) : null;
    private Tensor? _onHost;
    private int _count;

    /// <summary>int64 [samples] on the device; null while there are none.</summary>
    public Tensor? OnDevice { get; private set; }

    /// <summary>Takes over what a step that was just launched will have chosen; null when it chooses nothing.</summary>
    public void Take(Tensor? chosen)
    {
        OnDevice = chosen?.DetachFromDisposeScope();
        _count = (int)(chosen?.shape[0] ?? 0);
        if (_arrived is not null)
        {
            CopyToHost();
            _arrived.Record();
        }
    }

    /// <summary>Waits until the step has run. Valid until <see cref="Drop"/>.</summary>
    public ReadOnlySpan<long> Wait()
    {
        _arrived?.Wait();
        Tensor? readable = _arrived is null ? OnDevice : _onHost;
        return _count == 0 ? [] : MemoryMarshal.Cast<byte, long>(readable!.bytes)[.._count];
    }

    /// <summary>Lets go of the tokens: host and device have what they need.</summary>
    public void Drop()
    {
        OnDevice?.Dispose();
        OnDevice = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Drop();
        _onHost?.Dispose();
        _arrived?.Dispose();
    }

    private void CopyToHost()
    {
        if (OnDevice is null)
        {
            return;
        }

        if (_onHost is null || _onHost.shape[0] < _count)
        {
            _onHost?.Dispose();
            _onHost = HostMemory.Allocate(2 * _count, ScalarType.Int64, device);
        }

        _onHost.narrow(0, 0, _count).copy_(OnDevice, true);
    }
}
