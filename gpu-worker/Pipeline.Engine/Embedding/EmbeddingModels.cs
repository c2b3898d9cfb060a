using System.Text.Json;
using Pipeline.Engine.Embedding.Encoders;
using Pipeline.Engine.Embedding.Pooling;

namespace Pipeline.Engine.Embedding;

/// <summary>Tells models that embed from models that generate text.</summary>
public static class EmbeddingModels
{
    /// <summary>
    /// Whether the model in a directory embeds: it is an encoder; or it has sentence-transformers' <c>modules.json</c>; or its
    /// <c>config.json</c> names an architecture without a head, such as <c>MistralModel</c>. Without a readable
    /// <c>config.json</c> it is taken for one that generates, whose loading then says what is wrong.
    /// </summary>
    /// <param name="directory">A Hugging Face model directory.</param>
    public static bool Contains(string directory)
    {
        if (File.Exists(Path.Combine(directory, SentenceModules.File)))
        {
            return true;
        }

        string path = Path.Combine(directory, "config.json");
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.Exists(path) ? File.ReadAllBytes(path) : "{}"u8.ToArray());
            return EncoderConfigReader.Knows(Text(json.RootElement, "model_type"))
                || (Architectures(json.RootElement) is { Length: > 0 } named && Array.TrueForAll(named, name => name.EndsWith("Model", StringComparison.Ordinal)));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string[] Architectures(JsonElement config) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty("architectures", out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)] : [];
}
