using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>The kernels' source text and the macros that fit it to a model.</summary>
/// <param name="Files">Name and text of each file; they include one another by name.</param>
/// <param name="Macros">NAME=value, each.</param>
internal sealed record CudaProgram(IReadOnlyDictionary<string, string> Files, IReadOnlyList<string> Macros)
{
    /// <summary>The file that includes all others.</summary>
    public const string Start = "kernels.cu";

    private const string Prefix = "Cuda/";

    /// <summary>The program for a setting.</summary>
    public static CudaProgram For(KernelSetting setting) => new(Sources.Value,
    [
        $"HEADS={setting.Model.Heads}",
        $"KV_HEADS={setting.Model.KeyValueHeads}",
        $"HEAD_SIZE={setting.Model.HeadSize}",
        $"BLOCK_SIZE={setting.BlockSize}",
        $"BFLOAT16={(setting.Type == ScalarType.BFloat16 ? 1 : 0)}",
    ]);

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Sources = new(Read);

    private static Dictionary<string, string> Read()
    {
        Assembly assembly = typeof(CudaProgram).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(
            name => name[Prefix.Length..],
            name =>
            {
                using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            });
    }
}
