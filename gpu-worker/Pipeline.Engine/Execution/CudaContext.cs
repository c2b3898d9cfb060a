using System.Collections.Concurrent;
using Pipeline.Engine.Kernels.Cuda;

namespace Pipeline.Engine.Execution;

/// <summary>A device's primary context, which libtorch uses too: what the driver is asked for concerns the thread's current one.</summary>
internal static class CudaContext
{
    // Retained once, for the life of the process.
    private static readonly ConcurrentDictionary<int, nint> Retained = [];

    /// <summary>Makes a device's context the calling thread's.</summary>
    /// <param name="device">The device's number.</param>
    public static void Enter(int device) => CudaLibrary.Check(CudaLibrary.ContextSetCurrent(Retained.GetOrAdd(device, Retain)));

    /// <summary>Bytes that nobody holds on the current context's device.</summary>
    public static long FreeMemory()
    {
        CudaLibrary.Check(CudaLibrary.MemoryInfo(out nuint free, out _));
        return (long)free;
    }

    private static nint Retain(int device)
    {
        CudaLibrary.Check(CudaLibrary.Init(0));
        CudaLibrary.Check(CudaLibrary.DeviceGet(out int handle, device));
        CudaLibrary.Check(CudaLibrary.PrimaryContextRetain(out nint context, handle));
        return context;
    }
}
