namespace Pipeline.ModelTrainer.Documents;

/// <summary>Seeded choices. The same seed gives the same run of choices on every machine.</summary>
internal sealed class Chance
{
    private readonly Random random;

    /// <summary>A run of choices of its own for each pair of seed and index.</summary>
    public Chance(long seed, long index)
    {
        Seed = Mix(seed, index);
        random = new Random(Seed);
    }

    /// <summary>The seed that the pair came to, for other generators that belong to the same document.</summary>
    public int Seed { get; }

    /// <summary>
    /// How often a word of the document is one that it had before. Where words come again, the word before is not enough
    /// to know which comes next: a model must keep its place.
    /// </summary>
    public double EchoRate { get; init; }

    /// <summary>The words so far, for <see cref="EchoRate"/>.</summary>
    public List<string> Words { get; } = [];

    public bool Maybe(double probability) => random.NextDouble() < probability;

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Int(int low, int high) => random.Next(low, high + 1);

    public double Double() => random.NextDouble();

    public T Pick<T>(params ReadOnlySpan<T> options) => options[random.Next(options.Length)];

    public string Digits(int count)
    {
        Span<char> digits = stackalloc char[count];
        foreach (ref var digit in digits)
        {
            digit = (char)('0' + random.Next(10));
        }

        return new string(digits);
    }

    public char Letter() => (char)('A' + random.Next(26));

    public void Shuffle<T>(Span<T> values) => random.Shuffle(values);

    // SplitMix64: neighbouring indexes must not give related runs.
    private static int Mix(long seed, long index)
    {
        var z = unchecked((ulong)seed * 0x9E3779B97F4A7C15UL + (ulong)index * 0xD1B54A32D192ED03UL + 0x632BE59BD9B4E019UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return (int)((z ^ (z >> 31)) & 0x7FFFFFFF);
    }
}
