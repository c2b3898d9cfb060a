using System.Globalization;
using System.Reflection;
using Pipeline.Engine.Models;
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
        $"ROTARY={setting.Model.RotaryDimensions}",
        $"BLOCK_SIZE={setting.BlockSize}",
        $"ATTENTION_SCALE={Literal(setting.Model.AttentionScale)}",
        $"ATTENTION_CAP={Literal(setting.Model.AttentionCap ?? 0)}",
        $"WINDOWED={(setting.Model.Windows.Any(window => window is not null) ? 1 : 0)}",
        $"NORM_OFFSET={(setting.Model.NormOffset ? 1 : 0)}",
        $"GELU={(setting.Model.Activation == Activation.GeluTanh ? 1 : 0)}",
        $"BFLOAT16={(setting.Type == ScalarType.BFloat16 ? 1 : 0)}",
    ]);

    /// <summary>A number as C++ writes a float.</summary>
    private static string Literal(double number) => ((float)number).ToString("E8", CultureInfo.InvariantCulture) + "f";

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
