using System.Runtime.InteropServices;
using Pipeline.Engine.Kernels.Cuda;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>Notes what is asked of a device, and does none of it.</summary>
internal sealed unsafe class RecordingDriver : ICudaDriver
{
    private readonly List<string> _functions = [];

    /// <summary>The launches, in order.</summary>
    public List<(string Kernel, LaunchShape Shape, ulong[] Arguments)> Launches { get; } = [];

    /// <summary>Calls about copies: "await 1", "upload 96", "mark 1".</summary>
    public List<string> Copies { get; } = [];

    /// <summary>What the last upload brought.</summary>
    public int[] Uploaded { get; private set; } = [];

    /// <summary>Shared memory that each kernel was allowed.</summary>
    public Dictionary<string, int> Allowed { get; } = [];

    /// <summary>Host memory, marks and programs that were taken and not given back.</summary>
    public int Kept { get; private set; }

    /// <summary>Whether calls are noted.</summary>
    public bool Records { get; set; } = true;

    public bool IsDisposed { get; private set; }

    public int Multiprocessors => 132;

    public int SharedMemoryLimit => 227 * 1024;

    public void Enter()
    {
    }

    public nint Load(CudaProgram program)
    {
        Kept++;
        return 1;
    }

    public nint Function(nint program, string name, int sharedBytes)
    {
        _functions.Add(name);
        Allowed.Add(name, sharedBytes);
        return _functions.Count;
    }

    public void Unload(nint program) => Kept--;

    public void Launch(nint function, LaunchShape shape, ReadOnlySpan<ulong> arguments)
    {
        if (Records)
        {
            Launches.Add((_functions[(int)function - 1], shape, arguments.ToArray()));
        }
    }

    public nint AllocateHost(long bytes)
    {
        Kept++;
        return (nint)NativeMemory.Alloc((nuint)bytes);
    }

    public void FreeHost(nint memory)
    {
        Kept--;
        NativeMemory.Free((void*)memory);
    }

    public void Upload(nint to, nint from, long bytes)
    {
        if (Records)
        {
            Copies.Add($"upload {bytes}");
            Uploaded = new Span<int>((void*)from, (int)bytes / sizeof(int)).ToArray();
        }
    }

    public nint CreateMark() => ++Kept;

    public void Mark(nint mark)
    {
        if (Records)
        {
            Copies.Add($"mark {mark}");
        }
    }

    public void Await(nint mark)
    {
        if (Records)
        {
            Copies.Add($"await {mark}");
        }
    }

    public void DestroyMark(nint mark) => Kept--;

    public void Dispose() => IsDisposed = true;
}
