using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Engine.Kernels.Cuda;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>
/// Runs CUDA kernels on the CPU, over CPU tensors: a C++ compiler makes the very sources into a library, whose threads are
/// fibers (Emulator/). Copies happen as late as they may.
/// </summary>
internal sealed unsafe partial class EmulatedDriver : ICudaDriver
{
    private static readonly ConcurrentDictionary<string, Lazy<nint>> Libraries = new();
    private static readonly Lock OneAtATime = new();

    private readonly List<string> _names = [];
    private readonly Queue<(nint To, nint From, long Bytes)> _copies = new();
    private delegate* unmanaged<byte*, uint, uint, uint, uint, uint, void**, byte*> _emulate;

    public EmulatedDriver(uint seed = 1)
    {
        Assert.SkipWhen(Compiler is null, "needs g++, to run CUDA kernels on the CPU: run ./pipeline test, or install g++");
        Seed = seed;
    }

    /// <summary>Decides in which order the threads of a block run.</summary>
    public uint Seed { get; set; }

    public int Multiprocessors => 132;

    public int SharedMemoryLimit => 227 * 1024;

    private static string? Compiler { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, "g++")).FirstOrDefault(File.Exists);

    public void Enter()
    {
    }

    public nint Load(CudaProgram program)
    {
        nint library = Libraries.GetOrAdd(Key(program), _ => new Lazy<nint>(() => Compile(program))).Value;
        _emulate = (delegate* unmanaged<byte*, uint, uint, uint, uint, uint, void**, byte*>)NativeLibrary.GetExport(library, "emulate");
        return library;
    }

    public nint Function(nint program, string name, int sharedBytes)
    {
        _names.Add(name);
        return _names.Count;
    }

    public void Unload(nint program)
    {
    }

    public void Launch(nint function, LaunchShape shape, ReadOnlySpan<ulong> arguments)
    {
        while (_copies.TryDequeue(out (nint To, nint From, long Bytes) copy))
        {
            Buffer.MemoryCopy((void*)copy.From, (void*)copy.To, copy.Bytes, copy.Bytes);
        }

        ulong* values = stackalloc ulong[arguments.Length];
        void** addresses = stackalloc void*[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i];
            addresses[i] = values + i;
        }

        string name = _names[(int)function - 1];
        byte[] text = Encoding.ASCII.GetBytes(name + '\0');
        lock (OneAtATime)
        {
            fixed (byte* of = text)
            {
                byte* failure = _emulate(
                    of, (uint)shape.Blocks, (uint)shape.BlocksDown, (uint)shape.Threads, (uint)shape.SharedBytes, Seed, addresses);
                if (failure is not null)
                {
                    throw new CudaException($"{name}: {Marshal.PtrToStringUTF8((nint)failure)}");
                }
            }
        }
    }

    public nint AllocateHost(long bytes) => (nint)NativeMemory.Alloc((nuint)bytes);

    public void FreeHost(nint memory) => NativeMemory.Free((void*)memory);

    public void Upload(nint to, nint from, long bytes) => _copies.Enqueue((to, from, bytes));

    public nint CreateMark() => 1;

    public void Mark(nint mark)
    {
    }

    public void Await(nint mark)
    {
    }

    public void DestroyMark(nint mark)
    {
    }

    public void Dispose()
    {
    }

    private static string Key(CudaProgram program)
    {
        string all = string.Join('\n', program.Macros.Concat(program.Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value)));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..16];
    }

    private static nint Compile(CudaProgram program)
    {
        string emulator = Path.Combine(AppContext.BaseDirectory, "Cuda", "Emulator");
        DirectoryInfo directory = Directory.CreateTempSubdirectory("pipeline-emulated-");
        try
        {
            foreach ((string name, string text) in program.Files)
            {
                File.WriteAllText(Path.Combine(directory.FullName, name), text);
            }

            string library = Path.Combine(directory.FullName, "emulated.so");
            bool bfloat16 = program.Macros.Contains("BFLOAT16=1");
            string[] macros = [.. program.Macros, Kernels(program, bfloat16)];
            ProcessStartInfo start = new(Compiler!)
            {
                RedirectStandardError = true,
                ArgumentList = { "-std=c++17", "-O1", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas", "-Wno-clobbered", "-I", directory.FullName, "-I", emulator, "-o", library },
            };
            foreach (string argument in macros.Select(macro => $"-D{macro}").Append(Path.Combine(emulator, "emulator.cpp")))
            {
                start.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(start)!;
            string log = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? NativeLibrary.Load(library) : throw new CudaCompilationException("g++ does not compile the kernels", log);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>All kernels that the sources define; those of files for bfloat16 alone are not there in float32.</summary>
    private static string Kernels(CudaProgram program, bool bfloat16) => "KERNELS=" + string.Concat(program.Files.Values
        .Where(text => bfloat16 ? !text.Contains("#if !BFLOAT16\n\n", StringComparison.Ordinal) : !text.Contains("#if BFLOAT16\n\n", StringComparison.Ordinal))
        .SelectMany(text => KernelName().Matches(text)).Select(match => $"KERNEL({match.Groups[1].Value})"));

    [GeneratedRegex(@"__global__ void (?:__launch_bounds__\([^)]*\) )?(\w+)\(")]
    private static partial Regex KernelName();
}
