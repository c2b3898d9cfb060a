using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>CUDA's run-time compiler. Needs no device. (NVIDIA's "NVRTC", versions 11.2 and later.)</summary>
internal sealed unsafe class NvrtcCompiler
{
    private readonly nint _library;
    private readonly int[] _architectures;

    private NvrtcCompiler(nint library)
    {
        _library = library;
        int major, minor, count;
        Check(((delegate* unmanaged<int*, int*, int>)Export("nvrtcVersion"))(&major, &minor), "nvrtcVersion");
        Version = $"{major}.{minor}";
        Check(((delegate* unmanaged<int*, int>)Export("nvrtcGetNumSupportedArchs"))(&count), "nvrtcGetNumSupportedArchs");
        _architectures = new int[count];
        fixed (int* architectures = _architectures)
        {
            Check(((delegate* unmanaged<int*, int>)Export("nvrtcGetSupportedArchs"))(architectures), "nvrtcGetSupportedArchs");
        }
    }

    /// <summary>The compiler's version, as in 12.8.</summary>
    public string Version { get; }

    /// <summary>Finds the compiler; null where there is none.</summary>
    public static NvrtcCompiler? Find() => NvrtcLocator.Load() is var library and not 0 ? new NvrtcCompiler(library) : null;

    /// <summary>Compiles a program.</summary>
    /// <param name="program">What.</param>
    /// <param name="capability">For which compute capability: 90 for 9.0.</param>
    /// <returns>
    /// What the driver loads: machine code, or PTX text that the driver compiles on, where the device is newer than the compiler.
    /// </returns>
    /// <exception cref="CudaCompilationException">It does not compile.</exception>
    public byte[] Compile(CudaProgram program, int capability)
    {
        bool known = _architectures.Contains(capability);
        int architecture = known ? capability : _architectures.Where(a => a < capability).DefaultIfEmpty(capability).Max();
        using NativeStrings names = new(program.Files.Keys), texts = new(program.Files.Values);
        using NativeStrings start = new([$"#include \"{CudaProgram.Start}\"\n", "program.cu"]);
        using NativeStrings options = new(
            [$"--gpu-architecture={(known ? "sm" : "compute")}_{architecture}", "--std=c++17", .. program.Macros.Select(macro => $"-D{macro}")]);
        nint handle;
        Check(
            ((delegate* unmanaged<nint*, nint, nint, int, nint*, nint*, int>)Export("nvrtcCreateProgram"))(
                &handle, start.Pointers[0], start.Pointers[1], texts.Count, texts.Pointers, names.Pointers),
            "nvrtcCreateProgram");
        try
        {
            int status = ((delegate* unmanaged<nint, int, nint*, int>)Export("nvrtcCompileProgram"))(handle, options.Count, options.Pointers);
            return status == 0
                ? Read(handle, known ? "CUBIN" : "PTX")
                : throw new CudaCompilationException(
                    $"NVRTC {Version} does not compile the kernels for compute capability {capability} ({Message(status)})",
                    Encoding.UTF8.GetString(Read(handle, "ProgramLog")).TrimEnd('\0'));
        }
        finally
        {
            Check(((delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram"))(&handle), "nvrtcDestroyProgram");
        }
    }

    private byte[] Read(nint program, string what)
    {
        nuint size;
        Check(((delegate* unmanaged<nint, nuint*, int>)Export($"nvrtcGet{what}Size"))(program, &size), $"nvrtcGet{what}Size");
        byte[] content = new byte[size];
        fixed (byte* to = content)
        {
            Check(((delegate* unmanaged<nint, byte*, int>)Export($"nvrtcGet{what}"))(program, to), $"nvrtcGet{what}");
        }

        return content;
    }

    private void Check(int status, string call)
    {
        if (status != 0)
        {
            throw new CudaException($"{call}: {Message(status)}");
        }
    }

    private string Message(int status) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Export("nvrtcGetErrorString"))(status)) ?? $"error {status}";

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);
}
