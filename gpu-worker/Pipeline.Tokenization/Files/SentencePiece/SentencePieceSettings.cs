using System.Text.Json;

namespace Pipeline.Tokenization.Files.SentencePiece;

/// <summary>What tokenizer_config.json and added_tokens.json say about a tokenizer.model beside them; both may be absent.</summary>
internal sealed class SentencePieceSettings
{
    /// <summary>The class in Python that the file is for, without "Fast"; empty where it is not said.</summary>
    public string TokenizerClass { get; private set; } = "";

    /// <summary>Whether a space is put before a text even after a special token.</summary>
    public bool Legacy { get; private set; } = true;

    public bool? AddPrefixSpace { get; private set; }

    public bool? AddBeginToken { get; private set; }

    public bool? AddEndToken { get; private set; }

    /// <summary>Tokens that the model file lacks, or of which these files know more.</summary>
    public List<AddedToken> AddedTokens { get; } = [];

    public static SentencePieceSettings Read(string modelDirectory)
    {
        var settings = new SentencePieceSettings();
        using JsonDocument? added = TokenizerSettings.ReadIfThere(Path.Combine(modelDirectory, "added_tokens.json"));
        foreach (JsonProperty token in added?.RootElement.EnumerateObject() ?? default)
        {
            settings.AddedTokens.Add(new AddedToken(Id(token.Value.GetRawText()), token.Name, false, false, false, false, false));
        }
        using JsonDocument? config = TokenizerSettings.ReadIfThere(Path.Combine(modelDirectory, "tokenizer_config.json"));
        if (config is not null)
        {
            settings.ReadConfig(config.RootElement);
        }
        return settings;
    }

    private void ReadConfig(JsonElement config)
    {
        TokenizerClass = (config.Text("tokenizer_class") ?? "").Replace("Fast", "", StringComparison.Ordinal);
        Legacy = config.Flag("legacy", true);
        AddPrefixSpace = Flag("add_prefix_space");
        AddBeginToken = Flag("add_bos_token");
        AddEndToken = Flag("add_eos_token");
        if (config.TryGetProperty("added_tokens_decoder", out JsonElement tokens) && tokens.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty token in tokens.EnumerateObject())
            {
                string content = token.Value.Text("content")
                    ?? throw new InvalidDataException($"tokenizer_config.json: added token {token.Name} has no content.");
                AddedTokens.RemoveAll(known => known.Content == content);
                AddedTokens.Add(new AddedToken(Id(token.Name), content, token.Value.Flag("special", false), token.Value.Flag("single_word", false),
                    token.Value.Flag("lstrip", false), token.Value.Flag("rstrip", false), token.Value.Flag("normalized", false)));
            }
        }

        bool? Flag(string name) => config.TryGetProperty(name, out JsonElement value) && !value.IsAbsent() ? config.Flag(name, false) : null;
    }

    private static int Id(string text) => int.TryParse(text, out int id) && id >= 0
        ? id
        : throw new InvalidDataException($"The id of an added token is not an id: {text}");
}
