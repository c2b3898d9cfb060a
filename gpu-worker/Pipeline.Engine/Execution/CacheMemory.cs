using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Measures the memory that a KV cache may take, once the model's weights have theirs.</summary>
internal static class CacheMemory
{
    // Of a CPU's memory others want some too; on a CUDA device only what fragmentation costs is left.
    private const double CpuShare = 0.25, CudaShare = 0.95;

    /// <summary>Bytes for the cache on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="tryOut">
    /// Runs the largest step there will be. On CUDA libtorch keeps the memory that it took for that: what is free afterwards
    /// is free for good.
    /// </param>
    public static long Measure(Device device, Action tryOut)
    {
        if (device.type == DeviceType.CPU)
        {
            return (long)(CpuShare * FreeOnHost());
        }

        tryOut();
        torch.cuda.synchronize();
        CudaContext.Enter(Math.Max(0, device.index));
        return (long)(CudaShare * CudaContext.FreeMemory());
    }

    /// <summary>What the machine could give this process without swapping, within a container's limit.</summary>
    public static long FreeOnHost()
    {
        long allowed = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        return Math.Max(0, Math.Min(allowed, AvailableInSystem() ?? allowed));
    }

    private static long? AvailableInSystem()
    {
        const string Path = "/proc/meminfo", Name = "MemAvailable:";
        string? line = File.Exists(Path)
            ? File.ReadLines(Path).FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal)) : null;
        return line is null ? null : 1024 * long.Parse(line[Name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
