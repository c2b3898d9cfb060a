using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Tokenization.Files;

/// <summary>What stands in a model directory's tokenizer.json (the format of Hugging Face's tokenizers library).</summary>
internal sealed class TokenizerFile
{
    [JsonPropertyName("added_tokens")]
    public List<AddedTokenEntry> AddedTokens { get; init; } = [];

    [JsonPropertyName("normalizer")]
    public JsonElement Normalizer { get; init; }

    [JsonPropertyName("pre_tokenizer")]
    public JsonElement PreTokenizer { get; init; }

    [JsonPropertyName("post_processor")]
    public JsonElement PostProcessor { get; init; }

    [JsonPropertyName("decoder")]
    public JsonElement Decoder { get; init; }

    [JsonPropertyName("model")]
    public JsonElement Model { get; init; }

    /// <summary>Reads a tokenizer.json.</summary>
    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    /// <exception cref="NotSupportedException">A part is of a kind that is not supported; the message names it.</exception>
    public static TokenizerParts Read(string path) => Parse(path).ToParts();

    private static TokenizerFile Parse(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<TokenizerFile>(stream)
                ?? throw new InvalidDataException($"{path} holds null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a tokenizer file: {e.Message}", e);
        }
    }

    private TokenizerParts ToParts()
    {
        PreTokenizerPart preTokenizer = PreTokenizerPart.Read(PreTokenizer);
        return new TokenizerParts
        {
            AddedTokens = [.. AddedTokens.Select(entry => entry.ToAddedToken())],
            Normalize = NormalizerPart.Read(Normalizer),
            PreTokenizer = preTokenizer,
            Model = ModelPart.Read(Model, preTokenizer.ByteLevel, AddedTokens.Where(token => token.Special).Select(token => token.Content).ToHashSet()),
            PostProcessor = PostProcessorPart.Read(PostProcessor),
            Decoder = DecoderPart.Read(Decoder),
        };
    }

    internal sealed record AddedTokenEntry(
        [property: JsonPropertyName("id"), JsonRequired] int Id,
        [property: JsonPropertyName("content"), JsonRequired] string Content,
        [property: JsonPropertyName("special")] bool Special = false,
        [property: JsonPropertyName("single_word")] bool SingleWord = false,
        [property: JsonPropertyName("lstrip")] bool StripLeft = false,
        [property: JsonPropertyName("rstrip")] bool StripRight = false,
        [property: JsonPropertyName("normalized")] bool? Normalized = null)
    {
        public AddedToken ToAddedToken() =>
            new(Id, Content, Special, SingleWord, StripLeft, StripRight, Normalized ?? !Special);
    }
}
