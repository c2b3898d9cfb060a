using System.Text.Json;

namespace Pipeline.Tokenization.Files;

/// <summary>
/// The names of the tokens with a role, from tokenizer_config.json and special_tokens_map.json, and the ids that end a
/// generation, from generation_config.json (config.json where there is none).
/// </summary>
internal sealed class TokenizerSettings
{
    private static readonly string[] Roles = ["bos_token", "eos_token", "pad_token", "unk_token"];

    /// <summary>
    /// The classes of transformers that put begin and end tokens around a text as their settings say, and not as
    /// tokenizer.json does (update_post_processor in their tokenization_*_fast.py).
    /// </summary>
    private static readonly string[] SelfWilled = ["LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "CohereTokenizer"];

    private TokenizerSettings(Dictionary<string, string> roleTokens, (bool, bool)? around, IReadOnlyList<int> generationEndTokens)
    {
        RoleTokens = roleTokens;
        Around = around;
        GenerationEndTokens = generationEndTokens;
    }

    /// <summary>Token text by role: bos_token, eos_token, pad_token, unk_token; a role without a token is absent.</summary>
    public IReadOnlyDictionary<string, string> RoleTokens { get; }

    /// <summary>Whether bos_token begins a text and eos_token ends it, where that is not for tokenizer.json to say.</summary>
    public (bool Begin, bool End)? Around { get; }

    public IReadOnlyList<int> GenerationEndTokens { get; }

    public static TokenizerSettings Read(string modelDirectory)
    {
        var roles = new Dictionary<string, string>();
        (bool, bool)? around = null;
        foreach (string file in new[] { "tokenizer_config.json", "special_tokens_map.json" })
        {
            using JsonDocument? document = ReadIfThere(Path.Combine(modelDirectory, file));
            around ??= document is null ? null : ReadAround(document.RootElement);
            foreach (string role in Roles)
            {
                if (document is not null && TokenText(document.RootElement, role) is { } text)
                {
                    roles.TryAdd(role, text);
                }
            }
        }
        foreach (string file in new[] { "generation_config.json", "config.json" })
        {
            using JsonDocument? document = ReadIfThere(Path.Combine(modelDirectory, file));
            if (document is not null && document.RootElement.TryGetProperty("eos_token_id", out JsonElement ids)
                && !ids.IsAbsent())
            {
                return new TokenizerSettings(roles, around, Ids(ids, file));
            }
        }
        return new TokenizerSettings(roles, around, []);
    }

    public static JsonDocument? ReadIfThere(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new InvalidDataException($"{path} must hold a JSON object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {e.Message}", e);
        }
    }

    private static (bool, bool)? ReadAround(JsonElement config)
    {
        string kind = (config.Text("tokenizer_class") ?? "").Replace("Fast", "", StringComparison.Ordinal);
        return SelfWilled.Contains(kind) ? (config.Flag("add_bos_token", true), config.Flag("add_eos_token", false)) : null;
    }

    /// <summary>A token is written as its text, or as an object with its text as <c>content</c>.</summary>
    private static string? TokenText(JsonElement settings, string role) =>
        !settings.TryGetProperty(role, out JsonElement token) ? null
        : token.ValueKind == JsonValueKind.String ? token.GetString()
        : token.ValueKind == JsonValueKind.Object ? token.Text("content")
        : null;

    private static int[] Ids(JsonElement ids, string file)
    {
        try
        {
            return ids.ValueKind == JsonValueKind.Array
                ? [.. ids.EnumerateArray().Select(id => id.GetInt32())]
                : [ids.GetInt32()];
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file}: eos_token_id must be an integer or a list of integers.", e);
        }
    }
}
