using System.CommandLine;
using System.Text.Json;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Models;

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
        Option<string?> model = BenchmarkCommand.Option<string?>("--model", null, "A model directory: matrix products of its shapes. Default: squares.");
        var line = new Option<bool>("--line") { Hidden = true };
        return BenchmarkCommand.RunAsync(this, args, [device, threads, model, line], (result, _) =>
        {
            string place = result.GetRequiredValue(device);
            IReadOnlyList<MatrixShape> shapes = result.GetValue(model) is { } directory
                ? MatrixShape.Of(ModelConfigReader.Read(directory), place == "cpu" ? 512 : 8192) : MatrixShape.Squares;
            Ceilings ceilings = Ceilings.Measure(place, result.GetRequiredValue(threads), shapes);
            if (result.GetValue(line))
            {
                Console.WriteLine(JsonSerializer.Serialize(ceilings, Report.Line));
                return Task.FromResult(0);
            }

            Machine.WarnUnlessQuiet();
            var table = new Table("ceiling", "figure");
            table.Add("memory, GB/s", $"{ceilings.Bytes / 1e9:F1}");
            table.Add("float32 multiply-adds, GF/s", $"{ceilings.Fused / 1e9:F0}");
            table.Add("float32 matrix product, GF/s", $"{ceilings.Float32 / 1e9:F0}");
            table.Add("bfloat16 matrix product, GF/s", $"{ceilings.Bfloat16 / 1e9:F0}");
            table.Add("the same with weights of 8 bits, GF/s", $"{ceilings.Int8 / 1e9:F0}");
            Console.WriteLine($"{Machine.Here()}\n");
            table.Write(Console.Out);
            Report.Write(Name, args, ceilings);
            return Task.FromResult(0);
        });
    }
}
