using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>The functions of the CUDA driver that are used here. ("CUDA Driver API"; each returns 0 if all is well.)</summary>
internal static unsafe partial class CudaLibrary
{
    /// <summary>The driver's library: part of the driver's installation, never of a toolkit.</summary>
    public const string Name = "libcuda.so.1";

    [LibraryImport(Name, EntryPoint = "cuInit")]
    public static partial int Init(uint flags);

    [LibraryImport(Name, EntryPoint = "cuDeviceGet")]
    public static partial int DeviceGet(out int device, int ordinal);

    [LibraryImport(Name, EntryPoint = "cuDeviceGetAttribute")]
    public static partial int DeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(Name, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial int PrimaryContextRetain(out nint context, int device);

    [LibraryImport(Name, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial int PrimaryContextRelease(int device);

    [LibraryImport(Name, EntryPoint = "cuCtxSetCurrent")]
    public static partial int ContextSetCurrent(nint context);

    [LibraryImport(Name, EntryPoint = "cuModuleLoadDataEx")]
    public static partial int ModuleLoadData(out nint module, byte* image, uint options, int* names, nint* values);

    [LibraryImport(Name, EntryPoint = "cuModuleUnload")]
    public static partial int ModuleUnload(nint module);

    [LibraryImport(Name, EntryPoint = "cuModuleGetFunction", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(Name, EntryPoint = "cuFuncSetAttribute")]
    public static partial int FunctionSetAttribute(nint function, int attribute, int value);

    [LibraryImport(Name, EntryPoint = "cuLaunchKernel")]
    public static partial int Launch(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ,
        uint sharedBytes, nint stream, void** parameters, void** extra);

    [LibraryImport(Name, EntryPoint = "cuMemHostAlloc")]
    public static partial int HostAllocate(out nint memory, nuint bytes, uint flags);

    [LibraryImport(Name, EntryPoint = "cuMemFreeHost")]
    public static partial int HostFree(nint memory);

    [LibraryImport(Name, EntryPoint = "cuMemcpyHtoDAsync_v2")]
    public static partial int CopyToDevice(nint to, nint from, nuint bytes, nint stream);

    [LibraryImport(Name, EntryPoint = "cuMemGetInfo_v2")]
    public static partial int MemoryInfo(out nuint free, out nuint total);

    [LibraryImport(Name, EntryPoint = "cuEventCreate")]
    public static partial int EventCreate(out nint mark, uint flags);

    [LibraryImport(Name, EntryPoint = "cuEventRecord")]
    public static partial int EventRecord(nint mark, nint stream);

    [LibraryImport(Name, EntryPoint = "cuEventSynchronize")]
    public static partial int EventSynchronize(nint mark);

    [LibraryImport(Name, EntryPoint = "cuEventDestroy_v2")]
    public static partial int EventDestroy(nint mark);

    [LibraryImport(Name, EntryPoint = "cuGetErrorName")]
    public static partial int ErrorName(int error, out nint text);

    [LibraryImport(Name, EntryPoint = "cuGetErrorString")]
    public static partial int ErrorText(int error, out nint text);

    /// <summary>Checks what one of the functions returned.</summary>
    /// <exception cref="CudaException">It is an error: with the driver's name and text for it, and the call.</exception>
    public static void Check(int error, [CallerArgumentExpression(nameof(error))] string call = "")
    {
        if (error != 0)
        {
            _ = ErrorName(error, out nint name);
            _ = ErrorText(error, out nint text);
            throw new CudaException($"{Marshal.PtrToStringUTF8(name) ?? $"CUDA error {error}"} ({Marshal.PtrToStringUTF8(text)}) from {call}");
        }
    }
}
