using System.Diagnostics;
using System.Text;
using CsCheck;
using Pipeline.Tokenization;

namespace Pipeline.Tokenization.Tests;

public sealed class UglyTextTests : IDisposable
{
    private static readonly string[] Scraps =
    [
        "Hello", " world", "\r\n", "\n\n", "\t", "  ", "1234", "é", "e\u0301", "日本語", "한국어", "😀", "👩‍👩‍👧", "🇩🇪", "𝒳", "𠀀",
        "\u00a0", "\u200b", "\ufeff", "\u2028", "\0", "\u0085", "don't", "I'LL", "{\"a\": 1.5}", "ﬁ", "हि", "<|im_end|>", "!!!", "Ġ", "ĠĠ",
    ];

    private static readonly Gen<string> Ugly = Gen.Int[0, Scraps.Length - 1].Select(i => Scraps[i]).Array[0, 40].Select(string.Concat);

    private static readonly string[] Merges = ["Ġ w", "o r", "l d", "H e", "l l", "or ld", "He ll", "Hell o", "Ġw orld", "1 2", "12 3", "Ã ©", "ð Ł", "ðŁ ĺ", "ðŁĺ Ģ", "Ġ Ġ", "ĉ ĉ", "! !"];

    private readonly TokenizerFixture _fixture = new TokenizerFixture(Merges).WithAdded("<|im_end|>");
    private readonly Tokenizer _tokenizer;

    public UglyTextTests() => _tokenizer = _fixture.Load();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Any_text_comes_back_as_it_was() =>
        Ugly.Sample(text => _tokenizer.Decode(_tokenizer.Encode(text, false), skipSpecial: false) == text);

    [Fact]
    public void Any_utf16_comes_back_with_its_broken_characters_replaced() =>
        Gen.Char.Array[0, 60].Select(chars => new string(chars)).Sample(text =>
            _tokenizer.Decode(_tokenizer.Encode(text, false, SpecialTokens.AsText), skipSpecial: false)
            == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Tokens_are_those_of_a_naive_encoder() =>
        Ugly.Sample(text => Assert.Equal(
            NaiveEncoder.Encode(_tokenizer, Merges, text), _tokenizer.Encode(text, false, SpecialTokens.AsText)));

    [Fact]
    public void Many_threads_get_the_same_tokens() =>
        Ugly.Array[64].Sample(texts =>
        {
            int[][] alone = [.. texts.Select(text => _tokenizer.Encode(text, false))];
            Tokenizer fresh = _fixture.Load(); // One that has seen nothing, so that all find something to remember.
            int[][] together = [.. texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(text => fresh.Encode(text, false))];
            Assert.Equal(alone, together);
        }, iter: 20, threads: 1);

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("lo world")]
    [InlineData("😀")]
    [InlineData("Hello world 12 😀\t")]
    public void A_line_of_a_megabyte_takes_seconds_at_most(string scrap)
    {
        string line = string.Concat(Enumerable.Repeat(scrap, (1 << 20) / scrap.Length));
        var watch = Stopwatch.StartNew();
        int[] tokens = _tokenizer.Encode(line, false);
        Assert.Equal(line, _tokenizer.Decode(tokens, skipSpecial: false));
        // Quadratic work would take hours; the limit only has to tell the two apart on a busy machine.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
    }
}
