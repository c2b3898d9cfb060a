namespace Pipeline.Benchmarks.Throughput;

/// <summary>Jobs of one kind: prompts that begin alike and go on each in its own way, and outputs of one length.</summary>
/// <param name="Jobs">Prompts.</param>
/// <param name="Shared">Tokens that all prompts begin with.</param>
/// <param name="Unique">Tokens of each prompt after those.</param>
/// <param name="Output">Tokens generated for each prompt, exactly.</param>
/// <param name="Batch">Sequences in flight at most.</param>
internal sealed record Workload(int Jobs, int Shared, int Unique, int Output, int Batch)
{
    // The first few ids are special tokens in most vocabularies.
    private const int FirstToken = 3;

    /// <summary>Tokens of a prompt.</summary>
    public int Prompt => Shared + Unique;

    /// <summary>Tokens of all prompts.</summary>
    public long PromptTokens => (long)Jobs * Prompt;

    /// <summary>Tokens of all outputs.</summary>
    public long OutputTokens => (long)Jobs * Output;

    /// <summary>Prompt tokens that have to be computed, whoever does it: what is shared once, the rest for each.</summary>
    public long LeastPrefill => Shared + ((long)Jobs * Unique);

    /// <summary>The same lengths with nothing shared.</summary>
    public Workload Plain() => this with { Shared = 0, Unique = Prompt };

    /// <summary>The prompts: random token ids, the same for the same workload, vocabulary and seed.</summary>
    public int[][] Prompts(int vocabulary, int seed)
    {
        var random = new Random(seed);
        int[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(FirstToken, vocabulary))];
        int[] shared = Draw(Shared);
        return [.. Enumerable.Range(0, Jobs).Select(_ => (int[])[.. shared, .. Draw(Unique)])];
    }
}
