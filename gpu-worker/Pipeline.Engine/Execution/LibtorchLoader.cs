using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Pipeline.Engine.Execution;

/// <summary>
/// Brings libtorch and TorchSharp's native half into the process. Call <see cref="EnsureLoaded"/> before the
/// first use of TorchSharp. Thread-safe; the work is done once.
/// </summary>
/// <remarks>
/// TorchSharp 0.107's <c>libLibTorchSharp.so</c> asks libstdc++ for version GLIBCXX_3.4.32, which Debian 12
/// lacks, for one symbol (<c>_ZSt21ios_base_library_initv</c>) that nothing relocates. Where the file does not
/// load, a copy with that requirement marked weak is loaded in its place; the original, which build outputs
/// share by hard link with the package cache, is never written. <c>PIPELINE_LIBTORCH</c> names the lib
/// directory of another libtorch (a PyTorch installation, say) to use.
/// </remarks>
public static class LibtorchLoader
{
    private const string Shim = "libLibTorchSharp.so";
    private const string MissingVersion = "GLIBCXX_3.4.32";

    // In dependency order: each one's needs are then met by name from those already loaded.
    private static readonly string[] LibtorchParts =
        ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    private static readonly Lazy<string> Loaded = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Loads the native libraries, or does nothing when that has been done.</summary>
    /// <returns>Where TorchSharp's native library came from: for a log line.</returns>
    /// <exception cref="DllNotFoundException">A library is missing or does not load; the message says which.</exception>
    public static string EnsureLoaded() => Loaded.Value;

    private static string Load()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "TorchSharp's own loader";
        }

        OpenMpWaiting.Relax();
        PreloadLibtorch(Environment.GetEnvironmentVariable("PIPELINE_LIBTORCH"));
        string plain = Find(Shim) ?? throw new DllNotFoundException(
            $"{Shim} is in none of: {string.Join(", ", SearchDirectories())}");
        string path = plain;
        if (!NativeLibrary.TryLoad(plain, out nint handle))
        {
            path = CompatibleCopy.Of(plain, MissingVersion, Path.Combine(AppContext.BaseDirectory, "compat"));
            handle = NativeLibrary.Load(path);
        }

        NativeLibrary.SetDllImportResolver(
            typeof(torch).Assembly, (name, _, _) => name == "LibTorchSharp" ? handle : 0);
        return path;
    }

    private static void PreloadLibtorch(string? directory)
    {
        foreach (string part in LibtorchParts)
        {
            string? path = directory is null ? Find(part) : Path.Combine(directory, part);
            if (path is not null && File.Exists(path))
            {
                NativeLibrary.Load(path);
            }
            else if (!part.Contains("cuda", StringComparison.Ordinal))
            {
                throw new DllNotFoundException(directory is null
                    ? $"libtorch: {part} is in none of: {string.Join(", ", SearchDirectories())}. "
                        + "Reference libtorch-cpu-linux-x64 or set PIPELINE_LIBTORCH to a libtorch lib directory."
                    : $"libtorch: PIPELINE_LIBTORCH is {directory}, which holds no {part}.");
            }
        }
    }

    private static string? Find(string file) =>
        SearchDirectories().Select(directory => Path.Combine(directory, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> SearchDirectories()
    {
        string rid = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        string probed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return new[]
        {
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, "runtimes", rid, "native"),
            Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) ?? "",
        }.Concat(probed.Split(Path.PathSeparator)).Where(directory => directory.Length > 0).Distinct();
    }
}
