using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Pipeline.Engine.Execution;

/// <summary>A device's primary context, which libtorch uses too: what the driver is asked for concerns the thread's current one.</summary>
internal static partial class CudaContext
{
    // Retained once, for the life of the process.
    private static readonly ConcurrentDictionary<int, nint> Retained = [];

    /// <summary>Makes a device's context the calling thread's.</summary>
    /// <param name="device">The device's number.</param>
    public static void Enter(int device) => Check(SetCurrent(Retained.GetOrAdd(device, Retain)), "entered");

    /// <summary>Bytes that nobody holds on the current context's device.</summary>
    public static long FreeMemory()
    {
        Check(GetMemory(out nuint free, out _), "asked for its memory");
        return (long)free;
    }

    private static nint Retain(int device)
    {
        Check(Initialize(0), "initialised");
        Check(GetDevice(out int handle, device), "found");
        Check(RetainPrimary(out nint context, handle), "retained");
        return context;
    }

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"The CUDA device could not be {what}: the driver says {result}.");
        }
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuInit")]
    private static partial int Initialize(uint flags);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGet")]
    private static partial int GetDevice(out int handle, int ordinal);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int RetainPrimary(out nint context, int device);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuCtxSetCurrent")]
    private static partial int SetCurrent(nint context);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int GetMemory(out nuint free, out nuint total);
}
