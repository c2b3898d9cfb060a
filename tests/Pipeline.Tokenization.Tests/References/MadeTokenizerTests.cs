using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>Every kind of every part of tokenizer.json, against Hugging Face's original in Rust.</summary>
public class MadeTokenizerTests
{
    private static readonly string CharsMap = $$"""{"type":"Precompiled","precompiled_charsmap":"{{CharsMapFile.Base64(new Dictionary<string, string>
    {
        ["ﬁ"] = "fi", ["ﬂ"] = "fl", ["①"] = "1", ["Ａ"] = "A", ["\u3000"] = " ", ["\u00A0"] = " ", ["\u200B"] = "", ["\uFEFF"] = "", ["™"] = "TM",
        ["e\u0301"] = "é", ["é"] = "é", ["\u0323"] = "", ["Å"] = "Å", ["\t"] = " ", ["\n"] = " ", ["\u0001"] = "", ["½"] = "1\u20442", ["㎏"] = "kg", ["x"] = "x",
    })}}"}""";

    [Theory]
    [InlineData("normalizer", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""")]
    [InlineData("normalizer", """{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":true,"lowercase":false}""")]
    [InlineData("normalizer", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":false,"lowercase":true}""")]
    [InlineData("pre_tokenizer", """{"type":"Whitespace"}""")]
    [InlineData("pre_tokenizer", """{"type":"WhitespaceSplit"}""")]
    [InlineData("decoder", """{"type":"WordPiece","prefix":"##","cleanup":false}""")]
    [InlineData("decoder", "null")]
    [InlineData("model.max_input_chars_per_word", "5")]
    public Task WordPiece(string part, string json) => CheckAsync(MadeTokenizer.Bert().With(part, json));

    [Theory]
    [InlineData("normalizer", "null")]
    [InlineData("normalizer", "CHARSMAP")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"String":"``"},"content":"\""},{"type":"NFKD"},{"type":"StripAccents"},{"type":"Lowercase"},CHARSMAP]}""")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[CHARSMAP,{"type":"Strip","strip_left":false,"strip_right":true},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}]}""")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"Nmt"},{"type":"NFKC"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]}""")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","add_prefix_space":true}]}""")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""")]
    [InlineData("decoder", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""")]
    public Task Unigram(string part, string json) =>
        CheckAsync(MadeTokenizer.Unigram().With(part, json.Replace("CHARSMAP", CharsMap, StringComparison.Ordinal)));

    [Theory]
    [InlineData("model.byte_fallback", "true")]
    [InlineData("model.fuse_unk", "false")]
    [InlineData("model.byte_fallback", "false")]
    [InlineData("model.ignore_merges", "true")]
    [InlineData("decoder", """{"type":"Sequence","decoders":[{"type":"Strip","content":"▁","start":1,"stop":0},{"type":"ByteFallback"},{"type":"Replace","pattern":{"Regex":"▁+"},"content":"-"},{"type":"Fuse"},{"type":"Strip","content":"-","start":2,"stop":0}]}""")]
    [InlineData("decoder", """{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Metaspace","replacement":"▁","add_prefix_space":true,"prepend_scheme":"always"}]}""")]
    public Task SentencePiece_bpe(string part, string json) => CheckAsync(MadeTokenizer.Llama2().With(part, json));

    [Fact]
    public Task SentencePiece_bpe_with_a_space_only_where_the_text_begins() => CheckAsync(MadeTokenizer.Llama2()
        .With("normalizer", "null").With("pre_tokenizer", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}"""));

    [Fact]
    public Task Unigram_with_byte_fallback()
    {
        MadeTokenizer made = MadeTokenizer.Unigram().With("model.byte_fallback", "true")
            .With("decoder", """{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}]}""");
        var vocabulary = (JsonArray)made.File["model"]!["vocab"]!;
        for (int value = 0; value < 256; value++)
        {
            vocabulary.Add((JsonNode)new JsonArray($"<0x{value:X2}>", -20.0));
        }
        return CheckAsync(made);
    }

    [Theory]
    [InlineData("""{"type":"NFC"}""")]
    [InlineData("""{"type":"NFD"}""")]
    [InlineData("""{"type":"NFKC"}""")]
    [InlineData("""{"type":"NFKD"}""")]
    [InlineData("""{"type":"Nmt"}""")]
    [InlineData("""{"type":"Lowercase"}""")]
    [InlineData("""{"type":"StripAccents"}""")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"Strip","strip_left":true,"strip_right":false},{"type":"Prepend","prepend":"a "},{"type":"Replace","pattern":{"Regex":"[\\p{M}x]+"},"content":"y"}]}""")]
    public Task Normalizers(string json) => CheckAsync(MadeTokenizer.Shipped().With("normalizer", json));

    [Theory]
    [InlineData("""{"type":"Digits","individual_digits":false}""")]
    [InlineData("""{"type":"Digits","individual_digits":true}""")]
    [InlineData("""{"type":"Punctuation","behavior":"Isolated"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"MergedWithPrevious"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"MergedWithNext"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"Removed"}""")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"a"}""")]
    [InlineData("""{"type":"Split","pattern":{"String":"ing"},"behavior":"MergedWithPrevious","invert":false}""")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\p{Lu}\\p{M}*"},"behavior":"MergedWithNext","invert":false}""")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\w+|[^\\w\\s]+"},"behavior":"Removed","invert":true}""")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[\\p{L}\\p{N}]+"},"behavior":"Contiguous","invert":true}""")]
    [InlineData("""{"type":"Whitespace"}""")]
    public Task Pre_tokenizers(string json) => CheckAsync(MadeTokenizer.Shipped().With("pre_tokenizer",
        $$"""{"type":"Sequence","pretokenizers":[{{json}},{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]}"""));

    [Theory]
    [InlineData("null")]
    [InlineData("""{"type":"Lowercase"}""")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""")]
    public Task Added_tokens(string normalizer)
    {
        MadeTokenizer made = MadeTokenizer.Shipped().With("normalizer", normalizer);
        var added = (JsonArray)made.File["added_tokens"]!;
        JsonObject vocabulary = made.File["model"]!["vocab"]!.AsObject();
        int next = 1 + vocabulary.Select(token => token.Value!.GetValue<int>()).Concat(added.Select(token => token!["id"]!.GetValue<int>())).Max();
        string[] contents = ["The", "word", "a b", "trail ", "ＡＢ", "日本", "ing", "e\u0301", "!!", "語"];
        for (int i = 0; i < contents.Length; i++)
        {
            added.Add((JsonNode)new JsonObject
            {
                ["id"] = vocabulary[contents[i]]?.GetValue<int>() ?? next++, ["content"] = contents[i], ["special"] = i % 4 == 0,
                ["normalized"] = i % 7 < 4, ["lstrip"] = i % 2 == 0, ["rstrip"] = i % 3 == 0, ["single_word"] = i % 5 == 0,
            });
        }
        return CheckAsync(made);
    }

    private static async Task CheckAsync(MadeTokenizer made)
    {
        using (made.Write())
        {
            await Agreement.CheckAsync(made.Path, TestContext.Current.CancellationToken);
        }
    }
}
