using System.Runtime.InteropServices;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>
/// A device through the CUDA driver, in the context that torch uses (the device's primary one). Launches go to the legacy
/// default stream: torch's current stream is that one unless someone changes it, which TorchSharp has no call for.
/// </summary>
internal sealed unsafe class CudaDriver : ICudaDriver
{
    private const int AttributeMultiprocessors = 16, AttributeMajor = 75, AttributeMinor = 76, AttributeSharedOptIn = 97;
    private const int FunctionDynamicShared = 8;
    private const uint EventWithoutTiming = 2;
    private const nint DefaultStream = 0;

    private readonly int _device;
    private readonly nint _context;
    private readonly NvrtcCompiler _compiler;

    /// <summary>Opens a device.</summary>
    /// <param name="ordinal">Its number, as torch counts.</param>
    /// <param name="compiler">Compiles for it.</param>
    public CudaDriver(int ordinal, NvrtcCompiler compiler)
    {
        _compiler = compiler;
        CudaLibrary.Check(CudaLibrary.Init(0));
        CudaLibrary.Check(CudaLibrary.DeviceGet(out _device, ordinal));
        CudaLibrary.Check(CudaLibrary.PrimaryContextRetain(out _context, _device));
        Capability = (10 * Attribute(AttributeMajor)) + Attribute(AttributeMinor);
        Multiprocessors = Attribute(AttributeMultiprocessors);
        SharedMemoryLimit = Attribute(AttributeSharedOptIn);
    }

    /// <summary>The device's compute capability: 90 for 9.0.</summary>
    public int Capability { get; }

    /// <inheritdoc/>
    public int Multiprocessors { get; }

    /// <inheritdoc/>
    public int SharedMemoryLimit { get; }

    /// <summary>Whether this machine has a CUDA driver.</summary>
    public static bool IsInstalled => NativeLibrary.TryLoad(CudaLibrary.Name, out _);

    /// <inheritdoc/>
    public void Enter() => CudaLibrary.Check(CudaLibrary.ContextSetCurrent(_context));

    /// <inheritdoc/>
    public nint Load(CudaProgram program)
    {
        fixed (byte* image = _compiler.Compile(program, Capability))
        {
            CudaLibrary.Check(CudaLibrary.ModuleLoadData(out nint module, image, 0, null, null));
            return module;
        }
    }

    /// <inheritdoc/>
    public nint Function(nint program, string name, int sharedBytes)
    {
        CudaLibrary.Check(CudaLibrary.ModuleGetFunction(out nint function, program, name));
        CudaLibrary.Check(CudaLibrary.FunctionSetAttribute(function, FunctionDynamicShared, sharedBytes));
        return function;
    }

    /// <inheritdoc/>
    public void Unload(nint program) => CudaLibrary.Check(CudaLibrary.ModuleUnload(program));

    /// <inheritdoc/>
    public void Launch(nint function, LaunchShape shape, ReadOnlySpan<ulong> arguments)
    {
        // The driver wants an address for each argument, and reads as many bytes there as the kernel's parameter has.
        ulong* values = stackalloc ulong[arguments.Length];
        void** addresses = stackalloc void*[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i];
            addresses[i] = values + i;
        }

        CudaLibrary.Check(CudaLibrary.Launch(
            function, (uint)shape.Blocks, (uint)shape.BlocksDown, 1, (uint)shape.Threads, 1, 1,
            (uint)shape.SharedBytes, DefaultStream, addresses, null));
    }

    /// <inheritdoc/>
    public nint AllocateHost(long bytes)
    {
        CudaLibrary.Check(CudaLibrary.HostAllocate(out nint memory, (nuint)bytes, 0));
        return memory;
    }

    /// <inheritdoc/>
    public void FreeHost(nint memory) => CudaLibrary.Check(CudaLibrary.HostFree(memory));

    /// <inheritdoc/>
    public void Upload(nint to, nint from, long bytes) => CudaLibrary.Check(CudaLibrary.CopyToDevice(to, from, (nuint)bytes, DefaultStream));

    /// <inheritdoc/>
    public nint CreateMark()
    {
        CudaLibrary.Check(CudaLibrary.EventCreate(out nint mark, EventWithoutTiming));
        return mark;
    }

    /// <inheritdoc/>
    public void Mark(nint mark) => CudaLibrary.Check(CudaLibrary.EventRecord(mark, DefaultStream));

    /// <inheritdoc/>
    public void Await(nint mark) => CudaLibrary.Check(CudaLibrary.EventSynchronize(mark));

    /// <inheritdoc/>
    public void DestroyMark(nint mark) => CudaLibrary.Check(CudaLibrary.EventDestroy(mark));

    /// <inheritdoc/>
    public void Dispose() => CudaLibrary.Check(CudaLibrary.PrimaryContextRelease(_device));

    private int Attribute(int attribute)
    {
        CudaLibrary.Check(CudaLibrary.DeviceGetAttribute(out int value, attribute, _device));
        return value;
    }
}
