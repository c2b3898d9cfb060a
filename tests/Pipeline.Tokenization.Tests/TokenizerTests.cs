using Pipeline.Tokenization;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization.Tests;

public class TokenizerTests
{
    private const int Space = ' ';

    [Fact]
    public void Without_merges_each_byte_is_a_token()
    {
        using var fixture = new TokenizerFixture();
        Assert.Equal([0x61, Space, 0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80, 10], fixture.Load().Encode("a é😀\n", false));
    }

    [Fact]
    public void The_lowest_rank_is_joined_first_and_the_leftmost_of_equals()
    {
        using var fixture = new TokenizerFixture("b c", "a b", "a a", "aa a");
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal(['a', 256], tokenizer.Encode("abc", false));
        Assert.Equal([257, 'b'], tokenizer.Encode("abb", false));
        Assert.Equal([258, 259], tokenizer.Encode("aaaaa", false));
        Assert.Equal([259], tokenizer.Encode("aaa", false));
    }

    [Fact]
    public void Merges_may_be_written_as_pairs()
    {
        using var fixture = new TokenizerFixture("Ġ a", "Ġa b");
        fixture.Model["merges"] = System.Text.Json.Nodes.JsonNode.Parse("""[["Ġ","a"],["Ġa","b"]]""");
        Assert.Equal([257, 'c'], fixture.Load().Encode(" abc", false));
    }

    [Fact]
    public void A_piece_in_the_vocabulary_is_taken_whole_only_when_merges_are_ignored()
    {
        using var fixture = new TokenizerFixture("b c");
        int whole = fixture.AddToVocabulary("abc");
        Assert.Equal(['a', 256], fixture.Load().Encode("abc", false));
        fixture.Model["ignore_merges"] = true;
        Assert.Equal([whole], fixture.Load().Encode("abc", false));
    }

    [Fact]
    public void No_merge_crosses_the_pieces_that_the_pattern_cuts()
    {
        using var fixture = new TokenizerFixture("a 1", "a Ġ", "Ġ b", "1 2");
        Assert.Equal(['a', 259], fixture.Load().Encode("a12", false));
        Assert.Equal(['a', 258], fixture.Load().Encode("a b", false));
    }

    [Fact]
    public void An_emoji_is_one_symbol_to_a_split_pattern_and_an_astral_letter_is_a_letter()
    {
        using var fixture = new TokenizerFixture("Ģ h");
        fixture.With("pre_tokenizer", """
            {"type":"Sequence","pretokenizers":[
              {"type":"Split","pattern":{"Regex":"[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|[^\\s]"},"behavior":"Isolated","invert":false},
              {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}
            """);
        // U+1F600 ends in byte 0x80, written Ģ: it joins the letter after it only if both are in one piece.
        Assert.Equal([0xF0, 0x9F, 0x98, 256, 'i'], fixture.Load().Encode("😀hi", false));
        // U+1D480, a mathematical letter, ends in 0x80 too.
        Assert.Equal([0xF0, 0x9D, 0x92, 256], fixture.Load().Encode("𝒀h", false));
    }

    [Theory]
    [InlineData("Isolated", "a-b", new[] { "a", "-", "b" })]
    [InlineData("Removed", "a-b", new[] { "a", "b" })]
    [InlineData("MergedWithPrevious", "a-b", new[] { "a-", "b" })]
    [InlineData("MergedWithNext", "a-b", new[] { "a", "-b" })]
    [InlineData("Contiguous", "a--b", new[] { "a", "--", "b" })]
    [InlineData("MergedWithPrevious", "--b", new[] { "-", "-", "b" })]
    [InlineData("MergedWithNext", "a--b", new[] { "a", "-", "-b" })]
    public void Splits_keep_their_delimiters_as_the_behavior_says(string behavior, string text, string[] pieces)
    {
        var list = new PieceList(text, beginsText: true);
        new RegexSplitter(new CodePointExpression("-"), Enum.Parse<SplitBehavior>(behavior), invert: false).Apply(list);
        Assert.Equal(pieces, list.Pieces.Select(piece => text.Substring(piece.Start, piece.Length)));
    }

    [Fact]
    public void Added_tokens_are_found_in_text_the_longest_first()
    {
        using var fixture = new TokenizerFixture().WithAdded("<a>").WithAdded("<a><b>").WithAdded("tool", special: false);
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal(['x', 1001, 1000, 'y', 1002], tokenizer.Encode("x<a><b><a>ytool", false));
    }

    [Fact]
    public void Special_tokens_can_be_told_to_be_text()
    {
        using var fixture = new TokenizerFixture().WithAdded("<a>").WithAdded("tool", special: false);
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal(['<', 'a', '>', 1001], tokenizer.Encode("<a>tool", false, SpecialTokens.AsText));
        Assert.Equal([1000, 1001], tokenizer.Encode("<a>tool", false));
    }

    [Fact]
    public void Added_tokens_swallow_white_space_and_stand_alone_where_they_say_so()
    {
        using var fixture = new TokenizerFixture()
            .WithAdded("<l>", flags: """{"lstrip":true}""").WithAdded("<r>", flags: """{"rstrip":true}""")
            .WithAdded("word", flags: """{"single_word":true}""");
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal(['a', 1000, Space, 'b'], tokenizer.Encode("a \n<l> b", false));
        Assert.Equal(['a', Space, 1001, 'b'], tokenizer.Encode("a <r> \tb", false));
        Assert.Equal([1002, '.'], tokenizer.Encode("word.", false));
        Assert.Equal("words".Select(c => (int)c), tokenizer.Encode("words", false));
    }

    [Theory]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[1000],"tokens":["<s>"]}}}""", new[] { 1000, 'a' })]
    [InlineData("""{"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<s>","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1000,7]}}}]}""", new[] { 'a', 1000, 7 })]
    [InlineData("""{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",1]}""", new[] { 1, 'a', 2 })]
    [InlineData("""{"type":"ByteLevel","trim_offsets":false}""", new int[] { 'a' })]
    public void The_post_processor_puts_its_tokens_around_the_text_when_asked(string processor, int[] expected)
    {
        using var fixture = new TokenizerFixture().WithAdded("<s>").With("post_processor", processor);
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal(expected, tokenizer.Encode("a", addSpecialTokens: true));
        Assert.Equal(['a'], tokenizer.Encode("a", addSpecialTokens: false));
    }

    [Fact]
    public void A_space_is_put_before_a_text_that_has_none_where_the_tokenizer_says_so()
    {
        using var fixture = new TokenizerFixture("Ġ a").With("pre_tokenizer", """{"type":"ByteLevel","add_prefix_space":true}""");
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal([256], tokenizer.Encode("a", false));
        Assert.Equal([256], tokenizer.Encode(" a", false));
        Assert.Empty(tokenizer.Encode("", false));
    }

    [Fact]
    public void Text_is_normalized_but_not_the_tokens_that_are_found_before()
    {
        using var fixture = new TokenizerFixture().With("normalizer", """{"type":"NFC"}""").WithAdded("e\u0301!");
        Assert.Equal([0xC3, 0xA9, 1000], fixture.Load().Encode("e\u0301e\u0301!", false));
    }

    [Fact]
    public void An_unpaired_surrogate_counts_as_a_replacement_character()
    {
        using var fixture = new TokenizerFixture();
        Assert.Equal([0xEF, 0xBF, 0xBD, 'a'], fixture.Load().Encode("\ud83da", false));
    }

    [Fact]
    public void Decoding_leaves_special_tokens_out_when_asked_and_ignores_ids_that_do_not_exist()
    {
        using var fixture = new TokenizerFixture("h i").WithAdded("<a>").WithAdded("tool é", special: false);
        Tokenizer tokenizer = fixture.Load();
        int[] tokens = [256, 1000, 1001, 999_999, -1, 0xFF];
        Assert.Equal("hitool é\uFFFD", tokenizer.Decode(tokens, skipSpecial: true));
        Assert.Equal("hi<a>tool é\uFFFD", tokenizer.Decode(tokens, skipSpecial: false));
        Assert.Equal(1002, tokenizer.VocabularySize);
    }

    [Fact]
    public void Each_token_that_is_text_has_bytes_and_no_other_has()
    {
        using var fixture = new TokenizerFixture("Ã ©", "Ġ a").WithAdded("<a>").WithAdded("tool é", special: false);
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal([0xC3], Bytes(0xC3));
        Assert.Equal("é"u8.ToArray(), Bytes(256));
        Assert.Equal(" a"u8.ToArray(), Bytes(257));
        Assert.Equal("tool é"u8.ToArray(), Bytes(1001));
        Assert.All([1000, 999, 1002, -1, int.MaxValue], id => Assert.Null(Bytes(id)));

        byte[]? Bytes(int id) => tokenizer.TryGetBytes(id, out ReadOnlyMemory<byte> bytes) ? bytes.ToArray() : null;
    }

    [Fact]
    public void The_tokens_with_a_role_come_from_the_files_beside_the_tokenizer()
    {
        using var fixture = new TokenizerFixture().WithAdded("<s>").WithAdded("</s>").WithAdded("<end>")
            .WithFile("tokenizer_config.json", """{"bos_token":{"content":"<s>"},"eos_token":"</s>","pad_token":null}""")
            .WithFile("generation_config.json", """{"eos_token_id":[1002, 5]}""")
            .WithFile("config.json", """{"eos_token_id":7}""");
        Tokenizer tokenizer = fixture.Load();
        Assert.Equal(1000, tokenizer.BeginToken);
        Assert.Null(tokenizer.PadToken);
        Assert.Equal([5, 1001, 1002], tokenizer.EndTokens.Order());
        Assert.Equal(1002, tokenizer.TokenId("<end>"));
        Assert.True(tokenizer.IsSpecial(1002));
    }
}
