using Pipeline.Engine.Kernels.Cuda;

namespace Pipeline.Engine.Execution;

/// <summary>
/// A mark in the stream that libtorch computes in (the default one), which the host can wait for without waiting for what
/// was launched after it. TorchSharp has none, so the driver is asked. To be used by the thread that computes.
/// </summary>
internal sealed class CudaEvent : IDisposable
{
    // The thread sleeps while it waits, and no time is measured by the event.
    private const uint BlockingSync = 1, DisableTiming = 2;

    private readonly nint _handle;
    private readonly int _device;

    /// <summary>Makes an event of a device that has not been recorded.</summary>
    /// <param name="device">The device's number.</param>
    public CudaEvent(int device)
    {
        _device = device;
        CudaContext.Enter(device);
        CudaLibrary.Check(CudaLibrary.EventCreate(out _handle, BlockingSync | DisableTiming));
    }

    /// <summary>Marks the end of all that has been launched so far.</summary>
    public void Record()
    {
        // libtorch goes back to its own current device after each operation.
        CudaContext.Enter(_device);
        CudaLibrary.Check(CudaLibrary.EventRecord(_handle, 0));
    }

    /// <summary>Waits until the device has come to the mark.</summary>
    public void Wait() => CudaLibrary.Check(CudaLibrary.EventSynchronize(_handle));

    /// <inheritdoc/>
    public void Dispose() => CudaLibrary.Check(CudaLibrary.EventDestroy(_handle));
}
