namespace Pipeline.Benchmarks.Embeddings;

/// <summary>Inputs to embed, by their lengths.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Shortest">Tokens of the shortest.</param>
/// <param name="Longest">Tokens of the longest; lengths between are equally likely.</param>
internal sealed record EmbeddingCase(string Name, int Shortest, int Longest)
{
    private const int Seed = 7;

    /// <summary>Every length by itself, as far as the model's context reaches, and all lengths at once.</summary>
    public static IEnumerable<EmbeddingCase> All(int context) =>
        new[] { 16, 32, 64, 128, 256, 512 }.Where(length => length <= context).Select(length => new EmbeddingCase($"{length}", length, length))
            .Append(new EmbeddingCase($"8 to {context}", 8, context));

    /// <summary>The inputs.</summary>
    /// <param name="tokens">Tokens of all, about.</param>
    /// <param name="vocabulary">Number of token ids.</param>
    public List<int[]> Draw(int tokens, int vocabulary)
    {
        Random random = new(Seed);
        List<int[]> inputs = [];
        for (int left = tokens; left > 0; left -= inputs[^1].Length)
        {
            inputs.Add([.. Enumerable.Range(0, random.Next(Shortest, Longest + 1)).Select(_ => random.Next(vocabulary))]);
        }

        return inputs;
    }
}
