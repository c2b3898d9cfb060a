using System.Text.Json.Nodes;
using Pipeline.Tokenization;
using Pipeline.ModelTrainer.Commands;
using Pipeline.ModelTrainer.Documents;
using Pipeline.ModelTrainer.Prompts;
using Pipeline.ModelTrainer.Tokenizers;

namespace Pipeline.ModelTrainer.Tests;

public sealed class TokenizerTests : IDisposable
{
    private static readonly BpeTokenizer Small = TokenizerCommand.Train(seed: 3, documents: 200, vocabulary: 600);

    private readonly string directory = Directory.CreateTempSubdirectory("trainer-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Training_twice_gives_the_same_merges() =>
        Assert.Equal(Small.Merges, TokenizerCommand.Train(3, 200, 600).Merges);

    [Theory]
    [InlineData("TOTAL  RM12.60\nTHANK YOU")]
    [InlineData("Überweisung an Müller & Söhne: 1.234,50 €\r\n\tend")]
    [InlineData("{\"company\":\"A \\\"B\\\" C\",\"total\":null}")]
    [InlineData("日本語 😀 \u0000 <|im_end|>")]
    public void Decoding_gives_back_what_was_encoded(string text) => Assert.Equal(text, Small.Decode(Small.Encode(text)));

    [Fact]
    public void A_word_has_the_same_tokens_wherever_it_stands()
    {
        var word = Small.Encode("PERSIARAN");
        foreach (var around in new[] { "\n{0}\n", "A {0} B", "({0})", "\"{0}\",", ",{0}." })
        {
            var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, around, "PERSIARAN");
            Assert.Contains(string.Join(' ', word), string.Join(' ', Small.Encode(text)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_engine_reads_the_files_and_makes_the_same_tokens()
    {
        TokenizerFiles.Write(Small, directory);
        var engine = Tokenizer.Load(directory);
        Assert.Equal(Small.VocabularySize, engine.VocabularySize);
        var maker = new DocumentMaker(31);
        for (var i = 0; i < 100; i++)
        {
            var text = maker.Make(i).Text;
            Assert.Equal(Small.Encode(text), engine.Encode(text, addSpecialTokens: false));
        }
    }

    [Fact]
    public void Reading_gives_back_the_tokenizer_that_was_written()
    {
        TokenizerFiles.Write(Small, directory);
        Assert.Equal(Small.Merges, TokenizerFiles.Read(directory).Merges);
    }

    [Fact]
    public void The_chat_template_writes_what_the_model_was_trained_on()
    {
        TokenizerFiles.Write(Small, directory);
        var engine = Tokenizer.Load(directory);
        var template = ChatTemplate.Load(directory);
        var question = new Extraction("Answer with JSON only.", "Extract total.\n\nTOTAL 5.00", "{}");
        var rendered = template.Render(
            [
                new JsonObject { ["role"] = "system", ["content"] = question.System },
                new JsonObject { ["role"] = "user", ["content"] = question.User },
            ],
            addGenerationPrompt: true);
        Assert.Equal(ChatFormat.Prompt(Small, question), engine.Encode(rendered, addSpecialTokens: true));
    }
}
