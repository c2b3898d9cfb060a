using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Benchmarks.Machines;

/// <summary>The machine that figures were measured on.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="MemoryGigabytes">Memory, in GiB.</param>
/// <param name="Instructions">Those of the processor's extensions that matter to an inference kernel.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">The .NET version.</param>
internal sealed record Machine(string Cpu, int Cores, double MemoryGigabytes, string Instructions, string System, string Runtime)
{
    private static readonly string[] Extensions =
        ["avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8"];

    /// <summary>The load average of the last minute: what else runs. Null where the system does not tell.</summary>
    public static double? Load =>
        Text("/proc/loadavg") is { Length: > 0 } text ? double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture) : null;

    /// <summary>This machine.</summary>
    public static Machine Here()
    {
        string processor = Text("/proc/cpuinfo");
        string[] flags = Field(processor, "flags").Split(' ');
        _ = long.TryParse(Field(Text("/proc/meminfo"), "MemTotal").Split(' ')[0], out long kibibytes);
        return new Machine(
            Field(processor, "model name"), Environment.ProcessorCount, Math.Round(kibibytes / 1048576.0, 1),
            string.Join(' ', Extensions.Intersect(flags)), RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);
    }

    /// <summary>Says on the standard error stream that others use the machine, if they do.</summary>
    public static void WarnUnlessQuiet()
    {
        if (Load is > 0.3 and { } load)
        {
            Console.Error.WriteLine($"warning: the machine is not quiet (load average {load:F2}); these figures are for orientation only");
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Cpu}, {Cores} cores, {MemoryGigabytes:F1} GiB; {Instructions}; {System}; {Runtime}";

    private static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    private static string Field(string text, string name) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2).LastOrDefault()?.Trim() ?? "";
}
