using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Support;
using Pipeline.Tokenization;

namespace Pipeline.Benchmarks.Tokenizers;

/// <summary>Times one vocabulary over all texts, here and in node.</summary>
internal static class TokenizerRun
{
    private const string Script = "tokenizers.mjs";

    public static async Task<TokenizerRow[]> RunAsync(string vocabulary, IReadOnlyList<TokenizerCorpus> corpora, CancellationToken cancellationToken)
    {
        string directory = RealVocabulary.Find(vocabulary);
        ReferenceTimes[] references = await ReferenceAsync(directory, corpora, cancellationToken);
        return [.. corpora.Zip(references, (corpus, reference) => Measure(vocabulary, directory, corpus, reference))];
    }

    private static TokenizerRow Measure(string vocabulary, string directory, TokenizerCorpus corpus, ReferenceTimes reference)
    {
        double megabytes = corpus.Lines.Sum(line => (long)Encoding.UTF8.GetByteCount(line)) / 1e6;
        Tokenizer tokenizer = Tokenizer.Load(directory);
        _ = tokenizer.Encode("warm", addSpecialTokens: false);
        (double first, long[] counts) = Time(tokenizer, corpus.Lines);
        double again = Math.Min(Time(tokenizer, corpus.Lines).Seconds, Time(tokenizer, corpus.Lines).Seconds);
        return new TokenizerRow
        {
            Vocabulary = vocabulary,
            Text = corpus.Name,
            Megabytes = megabytes,
            Tokens = counts.Sum(),
            MegabytesPerSecond = megabytes / first,
            TokensPerSecond = counts.Sum() / first,
            WarmMegabytesPerSecond = megabytes / again,
            RustMegabytesPerSecond = megabytes / reference.Rust,
            JavaScriptMegabytesPerSecond = megabytes / reference.JavaScript,
            SameTokens = counts.AsSpan().SequenceEqual(reference.Counts),
        };
    }

    private static (double Seconds, long[] Counts) Time(Tokenizer tokenizer, IReadOnlyList<string> lines)
    {
        long[] counts = new long[lines.Count];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = tokenizer.Encode(lines[i], addSpecialTokens: false).Length;
        }

        return (Stopwatch.GetElapsedTime(start).TotalSeconds, counts);
    }

    /// <summary>The others' times, in one process: to read a vocabulary takes them longer than most texts.</summary>
    private static async Task<ReferenceTimes[]> ReferenceAsync(string directory, IReadOnlyList<TokenizerCorpus> corpora, CancellationToken cancellationToken)
    {
        string input = Path.Combine(Folders.Kept("tokenizers"), "texts.json");
        await File.WriteAllTextAsync(input, JsonSerializer.Serialize(corpora.Select(corpus => corpus.Lines)), cancellationToken);
        References answer = await Child.RunAsync<References>(
            "node", [Path.Combine(AppContext.BaseDirectory, "Tokenizers", Script), RealVocabulary.Place, directory, input], cancellationToken);
        return answer.Corpora;
    }

    /// <summary>Text by text.</summary>
    private sealed record References(ReferenceTimes[] Corpora);

    /// <summary>Seconds of each implementation, and how many tokens the original made of each line.</summary>
    private sealed record ReferenceTimes(double Rust, double JavaScript, long[] Counts);
}
