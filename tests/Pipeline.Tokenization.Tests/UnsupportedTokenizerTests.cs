using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Tests;

public class UnsupportedTokenizerTests
{
    [Theory]
    [InlineData("model", """{"type":"WordLevel","vocab":{}}""", "'WordLevel'")]
    [InlineData("model", """{"type":"Unigram","vocab":[]}""", "'Unigram'")]
    [InlineData("normalizer", """{"type":"ByteLevel"}""", "'ByteLevel'")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Odd"}]}""", "'Odd'")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"[a&&[b]]"},"content":""}""", "[a&&[b]]")]
    [InlineData("pre_tokenizer", """{"type":"UnicodeScripts"}""", "'UnicodeScripts'")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Whitespace"}]}""", "'Whitespace'")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"[a&&[b]]"},"behavior":"Isolated"}""", "[a&&[b]]")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\p{Han}"},"behavior":"Isolated"}""", @"\p{Han}")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Odd"}""", "'Odd'")]
    [InlineData("decoder", """{"type":"CTC"}""", "'CTC'")]
    [InlineData("decoder", """{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Metaspace"}]}""", "'Metaspace'")]
    [InlineData("post_processor", """{"type":"Odd"}""", "'Odd'")]
    public void What_is_not_supported_is_named(string part, string? json, string named)
    {
        using var fixture = new TokenizerFixture();
        fixture.File[part] = json is null ? null : JsonNode.Parse(json);
        Assert.Contains(named, Assert.Throws<NotSupportedException>(fixture.Load).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("byte_fallback", "true")]
    [InlineData("continuing_subword_prefix", "\"##\"")]
    [InlineData("dropout", "0.1")]
    [InlineData("end_of_word_suffix", "\"</w>\"")]
    public void So_are_kinds_of_bpe(string setting, string value)
    {
        using var fixture = new TokenizerFixture();
        fixture.Model[setting] = JsonNode.Parse(value);
        Assert.Contains(setting.Split('_')[0], Assert.Throws<NotSupportedException>(fixture.Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_without_all_bytes_would_lose_text()
    {
        using var fixture = new TokenizerFixture();
        ((JsonObject)fixture.Model["vocab"]!).Remove("a");
        Assert.Contains("0x61", Assert.Throws<NotSupportedException>(fixture.Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_told_from_a_missing_one()
    {
        using var fixture = new TokenizerFixture();
        Assert.Throws<FileNotFoundException>(() => Tokenization.Tokenizer.Load(fixture.Path));
        fixture.WithFile("tokenizer.json", "{");
        Assert.Throws<InvalidDataException>(() => Tokenization.Tokenizer.Load(fixture.Path));
    }

    [Fact]
    public void A_merge_of_tokens_that_do_not_exist_is_named()
    {
        using var fixture = new TokenizerFixture();
        fixture.Model["merges"] = new JsonArray("a b");
        Assert.Contains("'ab'", Assert.Throws<InvalidDataException>(fixture.Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_for_a_token_that_does_not_exist_is_named()
    {
        using var fixture = new TokenizerFixture().WithFile("tokenizer_config.json", """{"eos_token":"<gone>"}""");
        Assert.Contains("<gone>", Assert.Throws<InvalidDataException>(fixture.Load).Message, StringComparison.Ordinal);
    }
}
