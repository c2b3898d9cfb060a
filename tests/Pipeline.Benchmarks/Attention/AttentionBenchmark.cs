using System.CommandLine;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Attention;

/// <summary><c>bench attention</c>: attention over the cache on a CPU, against what its memory and its arithmetic allow.</summary>
internal sealed class AttentionBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "attention";

    /// <inheritdoc/>
    public string Help => "Attention over the paged cache on a CPU: share of memory bandwidth in decoding, of multiply-adds in prefill.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<int> threads = BenchmarkCommand.Count("--threads", Environment.ProcessorCount, "Threads of the CPU.");
        Option<int> batch = BenchmarkCommand.Count("--batch", 32, "Sequences that decode together.");
        Option<string> kernels = BenchmarkCommand.Option("--kernels", KernelChoice.Auto, "The kernels to measure: cpu, torch, or auto.");
        Option<bool> scattered = new("--scattered") { Description = "Blocks of the cache lie anywhere, rather than where a worked engine has them." };
        return BenchmarkCommand.RunAsync(this, args, [threads, batch, kernels, scattered], (result, cancellationToken) =>
        {
            LibtorchLoader.EnsureLoaded();
            int count = result.GetRequiredValue(threads);
            set_num_threads(count);
            Machine.WarnUnlessQuiet();
            double bytes = ProcessorCeilings.ReadBytes(count), operations = ProcessorCeilings.Float32Operations(count);
            Console.WriteLine($"{Machine.Here()}\nmemory {bytes / 1e9:F1} GB/s, float32 multiply-adds {operations / 1e9:F0} GF/s, {count} threads\n");
            List<AttentionResult> results = [];
            var table = new Table("shape", "dtype", "case", "kernels", "ms a layer", "GB/s", "GF/s", "share of limit");
            foreach (AttentionSetting setting in AttentionSetting.All(result.GetRequiredValue(batch)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                AttentionResult measured = Measure(setting, result.GetRequiredValue(kernels), count, result.GetValue(scattered), bytes, operations);
                results.Add(measured);
                table.Add(
                    measured.Shape, measured.Dtype, measured.Case, measured.Kernels, $"{measured.Seconds * 1e3:F2}",
                    measured.BytesPerSecond is { } read ? $"{read / 1e9:F1}" : "",
                    measured.OperationsPerSecond is { } computed ? $"{computed / 1e9:F0}" : "",
                    $"{measured.Share:P0}");
            }

            table.Write(Console.Out);
            Report.Write(Name, args, new { MemoryBytesPerSecond = bytes, Float32OperationsPerSecond = operations, Threads = count, Cases = results });
            return Task.FromResult(0);
        });
    }

    private static AttentionResult Measure(AttentionSetting setting, string wanted, int threads, bool scattered, double bytes, double operations)
    {
        (string kernels, double[] seconds) = AttentionRun.Measure(setting, wanted, threads, scattered);
        double median = seconds[seconds.Length / 2];
        double? read = setting.IsDecode ? setting.CacheBytes / median : null;
        double? computed = setting.IsDecode ? null : setting.Operations / median;
        return new AttentionResult(
            setting.Shape.Name, setting.Dtype, setting.Name, kernels, seconds.Length, median, read, computed,
            read / bytes ?? computed / operations ?? 0);
    }
}
