using System.Text;
using CsCheck;
using Pipeline.Tokenization;

namespace Pipeline.Tokenization.Tests;

public sealed class IncrementalDecoderTests : IDisposable
{
    private readonly TokenizerFixture _fixture = new TokenizerFixture("ð Ł", "ĺ Ģ", "Ã ©").WithAdded("<a>").WithAdded("ü", special: false);
    private readonly Tokenizer _tokenizer;

    public IncrementalDecoderTests() => _tokenizer = _fixture.Load();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_character_appears_with_its_last_byte_and_whole()
    {
        IncrementalDecoder decoder = _tokenizer.CreateDecoder();
        Assert.Equal("", decoder.Append(0xF0));
        Assert.Equal("", decoder.Append(0x9F));
        Assert.Equal("", decoder.Append(0x98));
        Assert.Equal("😀", decoder.Append(0x80));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void A_character_that_is_never_completed_appears_as_replaced_at_the_end()
    {
        IncrementalDecoder decoder = _tokenizer.CreateDecoder();
        Assert.Equal("a", decoder.Append('a'));
        Assert.Equal("", decoder.Append(0xE6));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void A_byte_that_breaks_a_character_off_shows_it_as_replaced_at_once()
    {
        IncrementalDecoder decoder = _tokenizer.CreateDecoder();
        Assert.Equal("", decoder.Append(0xE6));
        Assert.Equal("\uFFFDa", decoder.Append('a'));
        Assert.Equal("\uFFFD", decoder.Append(0xFF));
    }

    [Fact]
    public void Special_tokens_are_left_out_without_breaking_a_character_off()
    {
        IncrementalDecoder decoder = _tokenizer.CreateDecoder();
        Assert.Equal("", decoder.Append(0xC3));
        Assert.Equal("", decoder.Append(1000));
        Assert.Equal("é", decoder.Append(0xA9));
        Assert.Equal("<a>", _tokenizer.CreateDecoder(skipSpecial: false).Append(1000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_parts_together_are_what_decoding_all_tokens_gives(bool skipSpecial)
    {
        int[] ids = [.. Enumerable.Range(0, 259), 1000, 1001, 5000];
        // Half of the tokens begin or go on with characters that exist, so that whole ones come up often.
        int[] likely = [0xF0, 0x9F, 0x98, 0x80, 0xC3, 0xA9, 'a', 256, 257, 258, 1000];
        Gen.OneOf(Gen.Int[0, ids.Length - 1].Select(i => ids[i]), Gen.Int[0, likely.Length - 1].Select(i => likely[i])).Array[0, 50].Sample(tokens =>
        {
            IncrementalDecoder decoder = _tokenizer.CreateDecoder(skipSpecial);
            var text = new StringBuilder();
            foreach (int token in tokens)
            {
                string part = decoder.Append(token);
                Assert.True(part.Length == 0 || (!char.IsLowSurrogate(part[0]) && !char.IsHighSurrogate(part[^1])));
                text.Append(part);
            }
            Assert.Equal(_tokenizer.Decode(tokens, skipSpecial), text.Append(decoder.Flush()).ToString());
        }, iter: 20_000);
    }
}
