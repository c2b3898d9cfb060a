using System.Text;
using Pipeline.Tokenization;

namespace Pipeline.Tokenization.Tests;

/// <summary>Small tokenizers of each kind, by hand; the real ones are compared with the originals under References/.</summary>
public sealed class KindsOfModelTests : IDisposable
{
    private const string Metaspace = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""";

    private readonly string _directory = Directory.CreateTempSubdirectory("tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void WordPiece_takes_the_longest_beginning_and_goes_on_or_gives_the_word_up()
    {
        Tokenizer tokenizer = Load("""
            {"normalizer":{"type":"BertNormalizer","lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
             "model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"un":1,"una":2,"##aff":3,"##able":4,"##ff":5,".":6}}}
            """);
        Assert.Equal([2, 5, 4, 6], tokenizer.Encode("Unáffable.", false));
        Assert.Equal([1, 0, 1], tokenizer.Encode("un unx UN", false));
        Assert.Equal("unaffable.", tokenizer.Decode([2, 5, 4, 6], false));
        Assert.Equal([" una", "able", ".", null], new[] { 2, 4, 6, 7 }.Select(id => Bytes(tokenizer, id)));
    }

    [Fact]
    public void A_unigram_takes_the_likeliest_tokens_and_none_that_steers()
    {
        Tokenizer tokenizer = Load("""
            {"pre_tokenizer":METASPACE,"decoder":METASPACE,"added_tokens":[{"id":1,"content":"</s>","special":true}],
             "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["</s>",0],["▁",-2],["a",-3],["b",-3],["ab",-5],["▁ab",-7.5],["</",-9],["s",-9],[">",-9]]}}
            """.Replace("METASPACE", Metaspace, StringComparison.Ordinal));
        Assert.Equal([2, 5], tokenizer.Encode("ab", false)); // -2 - 5 is more than -7.5, and than -2 - 3 - 3.
        Assert.Equal([2, 3, 0, 3], tokenizer.Encode("axya", false));
        Assert.Equal([2, 3, 1], tokenizer.Encode("a</s>", false));
        Assert.Equal([2, 3, 7, 8, 9], tokenizer.Encode("a</s>", false, SpecialTokens.AsText));
        Assert.Equal("ab ab", tokenizer.Decode([6, 6], false));
        Assert.Equal([" ab", "ab", null], new[] { 6, 5, 1 }.Select(id => Bytes(tokenizer, id)));
    }

    [Fact]
    public void A_sentencepiece_bpe_falls_back_on_bytes()
    {
        string bytes = string.Join(',', Enumerable.Range(0, 256).Select(value => $"\"<0x{value:X2}>\":{value + 10}"));
        Tokenizer tokenizer = Load("""
            {"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
             "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
             "model":{"type":"BPE","byte_fallback":true,"fuse_unk":true,"unk_token":"<unk>","vocab":{"<unk>":0,"▁":1,"a":2,"b":3,"▁a":4,"▁ab":5,BYTES},"merges":["▁ a","▁a b"]}}
            """.Replace("BYTES", bytes, StringComparison.Ordinal));
        Assert.Equal([5, 4, 0xC3 + 10, 0xA9 + 10, 2], tokenizer.Encode("ab aéa", false));
        Assert.Equal("ab aéa", tokenizer.Decode([5, 4, 0xC3 + 10, 0xA9 + 10, 2], false));
        Assert.Equal(" ab", Bytes(tokenizer, 5));
        Assert.True(tokenizer.TryGetBytes(0xC3 + 10, out ReadOnlyMemory<byte> half));
        Assert.Equal([0xC3], half.ToArray());

        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        Assert.Equal(["ab", " a", "", ""], new[] { 5, 4, 0xC3 + 10, 0xA9 + 10 }.Select(decoder.Append));
        Assert.Equal("éa", decoder.Append(2));
        Assert.Equal("", decoder.Append(0xC3 + 10));
        Assert.Equal("\uFFFD", decoder.Flush());
    }

    [Fact]
    public void What_is_cut_off_at_the_end_of_a_text_waits_until_it_ends()
    {
        Tokenizer tokenizer = Load("""
            {"decoder":{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"-","start":1,"stop":2}]},
             "model":{"type":"BPE","vocab":{"-":0,"a":1},"merges":[]}}
            """);
        Assert.Equal("-a-", tokenizer.Decode([0, 0, 1, 0, 0, 0], false));
        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        Assert.Equal(["", "a", "", "--a"], new[] { 0, 1, 0, 1 }.Select((id, i) => i == 2 ? decoder.Append(id) + decoder.Append(id) : decoder.Append(id)));
        Assert.Equal("", decoder.Append(0));
        Assert.Equal("", decoder.Flush());
    }

    private static string? Bytes(Tokenizer tokenizer, int id) =>
        tokenizer.TryGetBytes(id, out ReadOnlyMemory<byte> bytes) ? Encoding.UTF8.GetString(bytes.Span) : null;

    private Tokenizer Load(string json)
    {
        File.WriteAllText(Path.Combine(_directory, "tokenizer.json"), json);
        return Tokenizer.Load(_directory);
    }
}
