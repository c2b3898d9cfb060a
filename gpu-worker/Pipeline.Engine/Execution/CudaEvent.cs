using System.Runtime.InteropServices;

namespace Pipeline.Engine.Execution;

/// <summary>
/// A mark in the stream that libtorch computes in (the default one), which the host can wait for without waiting for what
/// was launched after it. TorchSharp has none, so the driver is asked. To be used by the thread that computes.
/// </summary>
internal sealed partial class CudaEvent : IDisposable
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
        Check(Create(out _handle, BlockingSync | DisableTiming), "created");
    }

    /// <summary>Marks the end of all that has been launched so far.</summary>
    public void Record()
    {
        // libtorch goes back to its own current device after each operation.
        CudaContext.Enter(_device);
        Check(Record(_handle, 0), "recorded");
    }

    /// <summary>Waits until the device has come to the mark.</summary>
    public void Wait() => Check(Synchronize(_handle), "waited for");

    /// <inheritdoc/>
    public void Dispose() => Check(Destroy(_handle), "destroyed");

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"A CUDA event could not be {what}: the driver says {result}.");
        }
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuEventCreate")]
    private static partial int Create(out nint handle, uint flags);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuEventRecord")]
    private static partial int Record(nint handle, nint stream);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuEventSynchronize")]
    private static partial int Synchronize(nint handle);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuEventDestroy_v2")]
    private static partial int Destroy(nint handle);
}
