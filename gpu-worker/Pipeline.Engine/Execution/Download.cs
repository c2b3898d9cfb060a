using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>
/// A tensor that a step makes, on its way to the host: on CUDA by a copy that is launched with the step, into memory that is
/// kept for the next.
/// </summary>
/// <typeparam name="T">What <paramref name="type"/> is in C#.</typeparam>
/// <param name="type">What the tensor is of.</param>
/// <param name="device">Where it is made.</param>
internal sealed class Download<T>(ScalarType type, Device device) : IDisposable
    where T : unmanaged
{
    private Tensor? _onHost;
    private int _count;

    /// <summary>The tensor on the device; null while there is none.</summary>
    public Tensor? OnDevice { get; private set; }

    /// <summary>Takes a tensor over, out of its dispose scope, and launches the copy; null for none.</summary>
    public void Take(Tensor? tensor)
    {
        OnDevice = tensor?.DetachFromDisposeScope();
        _count = (int)(tensor?.numel() ?? 0);
        if (OnDevice is null || device.type == DeviceType.CPU)
        {
            return;
        }

        if (_onHost is null || _onHost.shape[0] < _count)
        {
            _onHost?.Dispose();
            _onHost = HostMemory.Allocate(2 * _count, type, device);
        }

        _onHost.narrow(0, 0, _count).copy_(OnDevice.view(-1), true);
    }

    /// <summary>Its values, once the device has come so far. Valid until <see cref="Drop"/>.</summary>
    public ReadOnlySpan<T> Values =>
        _count == 0 ? [] : MemoryMarshal.Cast<byte, T>((_onHost ?? OnDevice)!.bytes)[.._count];

    /// <summary>Lets go of the tensor: host and device have what they need.</summary>
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
    }
}
