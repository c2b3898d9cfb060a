using Pipeline.Tokenization;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>
/// Lines of a megabyte, token for token the same as the original's. Work that grew with the square of the length would
/// take hours here, and the run would never end.
/// </summary>
public class LongLineTests
{
    private const int Length = 1 << 20;

    private static readonly string[] Lines =
    [
        Repeat("a"), Repeat(" "), Repeat("日本語"), Repeat("😀"), Repeat("withoutasinglespace"), Repeat("Hello world, 12 é\t"),
    ];

    [Theory]
    [InlineData("qwen3")]
    [InlineData("deepseek_v3")]
    [InlineData("llama2")]
    public Task Of_real_vocabularies(string name) => CheckAsync(Node.Package($"@lenml/tokenizer-{name}/models"), Lines);

    [Fact]
    public async Task Of_words()
    {
        using MadeTokenizer made = MadeTokenizer.Bert().Write();
        await CheckAsync(made.Path, Lines);
    }

    /// <summary>The original takes the square of the length over a Unigram without spaces: it is not asked.</summary>
    [Fact]
    public void Of_a_unigram()
    {
        using MadeTokenizer made = MadeTokenizer.Unigram().Write();
        Tokenizer tokenizer = Tokenizer.Load(made.Path);
        Assert.All((string[])["a", "withoutasinglespace", "12"], scrap =>
            Assert.Equal(Repeat(scrap), tokenizer.Decode(tokenizer.Encode(Repeat(scrap), addSpecialTokens: false), skipSpecial: false)));
    }

    private static string Repeat(string scrap) => string.Concat(Enumerable.Repeat(scrap, Length / scrap.Length));

    private static async Task CheckAsync(string directory, string[] lines)
    {
        Tokenizer tokenizer = Tokenizer.Load(directory);
        (ReferenceEncoding[] expected, _) = await new ReferenceTokenizer(directory).AskAsync(lines, around: false, 0, [], TestContext.Current.CancellationToken);
        for (int i = 0; i < lines.Length; i++)
        {
            int[] actual = tokenizer.Encode(lines[i], addSpecialTokens: false);
            Assert.True(expected[i].Ids.AsSpan().SequenceEqual(actual), $"The line of '{lines[i][..20]}' has other tokens.");
        }
    }
}
