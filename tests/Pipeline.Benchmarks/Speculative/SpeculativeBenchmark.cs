using System.CommandLine;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Speculative;

/// <summary><c>bench speculative</c>: what it brings to guess tokens ahead, for answers that copy from their documents.</summary>
internal sealed class SpeculativeBenchmark : IBenchmark
{
    private const double LeastGain = 1.3;
    private const int SmallBatch = 4;

    /// <inheritdoc/>
    public string Name => "speculative";

    /// <inheritdoc/>
    public string Help => "Greedy extraction from documents with and without tokens guessed ahead, in turns.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        var standard = new SpeculativeSetting { Model = "gpu-worker/models/pipeline-extract-small", Documents = "gpu-worker/models/samples/documents.jsonl" };
        Option<string> model = BenchmarkCommand.Option("--model", standard.Model, "A model directory.");
        Option<string> documents = BenchmarkCommand.Option("--documents", standard.Documents, "A .jsonl file of documents, or a folder of them or of .txt files.");
        Option<SpeculationMode> mode = BenchmarkCommand.Option("--mode", standard.Mode, "Who guesses: lookup or draft.");
        Option<string?> draft = BenchmarkCommand.Option("--draft-model", standard.DraftModel, "The directory of a smaller model, for --mode draft.");
        Option<int> jobs = BenchmarkCommand.Count("--jobs", standard.Jobs, "Documents, at most.");
        Option<string> batches = BenchmarkCommand.Option("--batch", string.Join(',', standard.Batches), "Jobs that the engine runs at a time, with commas between.");
        Option<int> output = BenchmarkCommand.Count("--output", standard.Output, "Tokens of an answer, at most.");
        Option<int> repeats = BenchmarkCommand.Count("--repeats", standard.Repeats, "Pairs of runs for each row.");
        Option<string> dtype = BenchmarkCommand.Option("--dtype", standard.Dtype, "float32, bfloat16 or int8.");
        Option<int> threads = BenchmarkCommand.Count("--threads", standard.Threads, "Threads of the CPU.");
        return BenchmarkCommand.RunAsync(this, args, [model, documents, mode, draft, jobs, batches, output, repeats, dtype, threads], (result, _) =>
        {
            SpeculativeSetting setting = standard with
            {
                Model = result.GetRequiredValue(model), Documents = result.GetRequiredValue(documents), Mode = result.GetRequiredValue(mode),
                DraftModel = result.GetValue(draft), Jobs = result.GetRequiredValue(jobs), Batches = Sizes(result.GetRequiredValue(batches)),
                Output = result.GetRequiredValue(output), Repeats = result.GetRequiredValue(repeats), Dtype = result.GetRequiredValue(dtype),
                Threads = result.GetRequiredValue(threads),
            };
            return Task.FromResult(Run(setting, args));
        });
    }

    private static int[] Sizes(string text) => [.. text.Split(',').Select(part => int.TryParse(part, out int size) && size > 0
        ? size : throw new BenchmarkException($"--batch is '{text}'; it must be numbers from 1 on, with commas between."))];

    private int Run(SpeculativeSetting setting, string[] args)
    {
        if (setting.Mode == SpeculationMode.Off)
        {
            throw new BenchmarkException("--mode is off; it must be lookup or draft.");
        }

        Machine.WarnUnlessQuiet();
        int[][] prompts = SpeculativeDocuments.Read(
            setting.Documents, setting.Model, setting.Jobs, ModelConfigReader.Read(setting.Model).ContextLength - setting.Output);
        Console.WriteLine($"{Machine.Here()}\n");
        Console.WriteLine($"{prompts.Length} documents of {prompts.Average(prompt => prompt.Length):F0} tokens on average, {setting.Mode}, {setting.Dtype}.\n");
        SpeculativeRow[] rows = [.. setting.Batches.Select(batch =>
            SpeculativeRow.Measure(setting, prompts, batch, batch <= SmallBatch && setting.Mode == SpeculationMode.Lookup ? LeastGain : null))];
        var table = new Table("batch", "tokens/s without", "with", "gain", "from", "to", "at least", "held", "right", "tokens/step", "different");
        foreach (SpeculativeRow row in rows)
        {
            table.Add(
                $"{row.Batch}", $"{row.Without:F0}", $"{row.With:F0}", $"{row.Gain:F2}", $"{row.Gains[0]:F2}", $"{row.Gains[^1]:F2}",
                row.Least is { } least ? $"{least:F1}" : "", row.Least is null ? "" : row.Gain >= row.Least ? "yes" : "no",
                $"{100 * row.Acceptance:F1}%", $"{row.TokensPerStep:F2}", $"{row.Different}");
        }

        table.Write(Console.Out);
        Report.Write(Name, args, new { Setting = setting, Rows = rows });
        return 0;
    }
}
