using System.CommandLine;
using System.Text.Json;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Models;
using Pipeline.Tokenization;

namespace Pipeline.Benchmarks.Rounding;

/// <summary><c>bench rounding</c>: what a dtype costs in accuracy, against float32 with the same weights and texts.</summary>
internal sealed class RoundingBenchmark : IBenchmark
{
    private static readonly string[] Dtypes = ["bfloat16", "int8"];

    /// <inheritdoc/>
    public string Name => "rounding";

    /// <inheritdoc/>
    public string Help => "How far bfloat16 and int8 stray from float32: logits, likeliest tokens, and the text's likelihood.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<string> model = BenchmarkCommand.Option("--model", Path.Combine("gpu-worker", "models", "pipeline-extract-small"), "A Hugging Face model directory.");
        Option<string> texts = BenchmarkCommand.Option("--texts", Path.Combine("gpu-worker", "models", "samples", "documents.jsonl"), "Texts to read: JSON lines with a \"text\".");
        Option<int> count = BenchmarkCommand.Count("--count", 40, "Texts to use of them.");
        return BenchmarkCommand.RunAsync(this, args, [model, texts, count], (result, _) =>
        {
            string directory = result.GetRequiredValue(model);
            ModelConfig config = ModelConfigReader.Read(directory);
            int[][] prompts = Prompts(directory, result.GetRequiredValue(texts), result.GetRequiredValue(count), config.ContextLength);
            Deviation[] deviations = new Reader(directory, config).Compare(prompts, Dtypes);
            Print(directory, prompts.Sum(prompt => prompt.Length), deviations);
            Report.Write(Name, args, deviations);
            return Task.FromResult(0);
        });
    }

    private static int[][] Prompts(string directory, string texts, int count, int context)
    {
        Tokenizer tokenizer = Tokenizer.Load(directory);
        return [.. File.ReadLines(texts).Take(count)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)
            .Select(text => tokenizer.Encode(text, addSpecialTokens: true).Take(context).ToArray()).Where(prompt => prompt.Length > 1)];
    }

    private static void Print(string directory, int tokens, Deviation[] deviations)
    {
        Console.WriteLine($"{Machine.Here()}\n{Path.GetFileName(Path.GetFullPath(directory))}, {tokens:N0} tokens, against float32\n");
        var table = new Table("dtype", "error of logits", "same likeliest token", "divergence (nats)", "perplexity", "float32's");
        foreach (Deviation d in deviations)
        {
            table.Add(d.Dtype, $"{100 * d.LogitError:F2}%", $"{100 * d.SameToken:F2}%", $"{d.Divergence:F5}", $"{d.Perplexity:F3}", $"{d.ExactPerplexity:F3}");
        }

        table.Write(Console.Out);
    }
}
