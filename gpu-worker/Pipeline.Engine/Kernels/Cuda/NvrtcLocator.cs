using System.Runtime.InteropServices;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>
/// Finds NVRTC, CUDA's run-time compiler: the file that <c>PIPELINE_NVRTC</c> names; else what lies with the libtorch in use,
/// which CUDA builds of it bring along; else the system's.
/// </summary>
internal static class NvrtcLocator
{
    private static readonly string[] SystemNames = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"];

    /// <summary>Loads it.</summary>
    /// <returns>Its handle, or 0 where there is none.</returns>
    public static nint Load() => Candidates().Select(Open).FirstOrDefault(handle => handle != 0);

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_NVRTC") is { Length: > 0 } named)
        {
            return [named];
        }

        // Beside libtorch, or where PyTorch's wheels for CUDA 12 and 13 put it: siblings of torch/lib.
        string? torch = LoadedLibraries.DirectoryOf("libtorch_cuda.so");
        string[] places = torch is null ? [] :
        [
            torch, Path.Combine(torch, "../../nvidia/cuda_nvrtc/lib"), Path.Combine(torch, "../../nvidia/cu13/lib"),
        ];
        return places.Where(Directory.Exists).SelectMany(place => Files(place, "libnvrtc*.so*")).Where(IsCompiler).Concat(SystemNames);
    }

    private static bool IsCompiler(string path) =>
        !Path.GetFileName(path).Contains("builtins", StringComparison.Ordinal) && !Path.GetFileName(path).Contains(".alt.", StringComparison.Ordinal);

    private static nint Open(string library)
    {
        // The compiler asks for its built-in declarations by bare name, which the loader answers with what is loaded already.
        if (Path.GetDirectoryName(library) is { Length: > 0 } directory && Directory.Exists(directory))
        {
            foreach (string builtins in Files(directory, "libnvrtc-builtins*.so*"))
            {
                NativeLibrary.TryLoad(builtins, out _);
            }
        }

        return NativeLibrary.TryLoad(library, out nint handle) ? handle : 0;
    }

    private static IEnumerable<string> Files(string directory, string pattern) =>
        Directory.EnumerateFiles(directory, pattern).Order(StringComparer.Ordinal);
}
