using System.CommandLine;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine;
using Pipeline.Engine.Embedding;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Embeddings;

/// <summary><c>bench embeddings</c>: an encoder by the length of its inputs, against what the machine's matrix products allow.</summary>
internal sealed class EmbeddingsBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "embeddings";

    /// <inheritdoc/>
    public string Help => "Embeddings by length of the input: inputs and tokens a second, and the share of the machine's matrix rate.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<string> model = BenchmarkCommand.Option("--model", "minilm-l6", $"A model directory, or a shape to make up: {string.Join(", ", EncoderShape.All.Select(shape => shape.Name))}.");
        Option<string> dtype = BenchmarkCommand.Option("--dtype", "float32", "float32, bfloat16 or int8.");
        Option<string> device = BenchmarkCommand.Option("--device", "cpu", "cpu, cuda or cuda:N.");
        Option<int> threads = BenchmarkCommand.Count("--threads", Environment.ProcessorCount, "Threads of the CPU.");
        Option<int?> budget = BenchmarkCommand.Option<int?>("--token-budget", null, "Tokens in a step. Default: by device.");
        Option<int> tokens = BenchmarkCommand.Count("--tokens", 16384, "Tokens of a run, about.");
        Option<int> runs = BenchmarkCommand.Count("--runs", 3, "Runs of each length, of which the median counts.");
        return BenchmarkCommand.RunAsync(this, args, [model, dtype, device, threads, budget, tokens, runs], (result, cancellationToken) =>
        {
            string place = result.GetRequiredValue(device), type = result.GetRequiredValue(dtype);
            Ceilings.Require(place);
            Machine.WarnUnlessQuiet();
            string directory = RandomEncoder.Find(result.GetRequiredValue(model));
            using EmbeddingEngine engine = EmbeddingEngine.Load(new EngineOptions
            {
                ModelDirectory = directory, Device = place, Dtype = type, Threads = result.GetRequiredValue(threads), TokenBudget = result.GetValue(budget),
            });
            int rows = engine.TokenBudget, width = engine.Config.Width;
            double rate = MatrixRates.Best([new MatrixShape(rows, width, 4 * width), new MatrixShape(rows, 4 * width, width)], type, new Device(place));
            Console.WriteLine($"{Machine.Here()}\n{Path.GetFileName(directory)} as {type} on {place}, {rows} tokens a step; matrix products {rate / 1e9:F0} GF/s\n");
            EmbeddingRun run = new(engine, rate);
            List<EmbeddingCaseResult> results = [];
            foreach (EmbeddingCase setting in EmbeddingCase.All(engine.Config.MaxTokens))
            {
                cancellationToken.ThrowIfCancellationRequested();
                results.Add(run.Measure(setting, result.GetRequiredValue(tokens), result.GetRequiredValue(runs)));
            }

            Print(results);
            Report.Write(Name, args, new { Model = Path.GetFileName(directory), Dtype = type, Device = place, TokenBudget = rows, MatrixOperationsPerSecond = rate, Cases = results });
            return Task.FromResult(0);
        });
    }

    private static void Print(List<EmbeddingCaseResult> results)
    {
        var table = new Table("tokens each", "inputs", "steps", "seconds", "inputs/s", "tokens/s", "share of matrix rate", "host");
        foreach (EmbeddingCaseResult r in results)
        {
            table.Add(r.Length, $"{r.Inputs}", $"{r.Steps}", $"{r.Seconds:F2}", $"{r.InputsPerSecond:F1}", $"{r.TokensPerSecond:F0}", $"{r.Share:P0}", $"{r.Host:P1}");
        }

        table.Write(Console.Out);
    }
}
