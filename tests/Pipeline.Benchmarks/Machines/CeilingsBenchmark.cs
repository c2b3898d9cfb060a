using System.CommandLine;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Machines;

/// <summary><c>bench ceilings</c>: the machine's limits alone.</summary>
internal sealed class CeilingsBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "ceilings";

    /// <inheritdoc/>
    public string Help => "What the machine does at most: memory bandwidth, multiply-adds, matrix products.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<string> device = BenchmarkCommand.Option("--device", "cpu", "cpu, cuda or cuda:N.");
        Option<int> threads = BenchmarkCommand.Count("--threads", Environment.ProcessorCount, "Threads of the CPU.");
        return BenchmarkCommand.RunAsync(this, args, [device, threads], (result, _) =>
        {
            Machine.WarnUnlessQuiet();
            Ceilings ceilings = Ceilings.Measure(result.GetRequiredValue(device), result.GetRequiredValue(threads), MatrixShape.Squares);
            var table = new Table("ceiling", "figure");
            table.Add("memory, GB/s", $"{ceilings.Bytes / 1e9:F1}");
            table.Add("float32 multiply-adds, GF/s", $"{ceilings.Fused / 1e9:F0}");
            table.Add("float32 matrix product, GF/s", $"{ceilings.Float32 / 1e9:F0}");
            table.Add("bfloat16 matrix product, GF/s", $"{ceilings.Bfloat16 / 1e9:F0}");
            Console.WriteLine($"{Machine.Here()}\n");
            table.Write(Console.Out);
            Report.Write(Name, args, ceilings);
            return Task.FromResult(0);
        });
    }
}
