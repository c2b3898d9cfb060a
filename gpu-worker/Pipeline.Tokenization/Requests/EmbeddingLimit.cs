using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>How many tokens an input of an embedding model may have, by the model's files.</summary>
public static class EmbeddingLimit
{
    /// <summary>tokenizer_config.json says 1e30 where it means no limit.</summary>
    private const double NoLimit = int.MaxValue;

    /// <summary>Encoders whose first position stands behind the padding token's id.</summary>
    private static readonly HashSet<string> PositionsAfterPadding = ["roberta", "xlm-roberta", "camembert"];

    /// <summary>The limit of the model in a Hugging Face directory.</summary>
    /// <returns>Null where config.json does not say how many positions there are: then nobody but the engine knows.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is no JSON.</exception>
    public static int? Find(string modelDirectory) => Read(modelDirectory, "config.json", Positions) is { } positions and > 0 ? Within(modelDirectory, (int)positions) : null;

    /// <summary>
    /// The limit of a model that knows so many positions: <c>max_seq_length</c> of sentence-transformers' files where the directory has
    /// them, else <c>model_max_length</c> of its tokenizer, and never more than there are positions.
    /// </summary>
    /// <inheritdoc cref="Find"/>
    public static int Within(string modelDirectory, int positions)
    {
        bool isSentenceModel = File.Exists(Path.Combine(modelDirectory, "modules.json"));
        double? said = (isSentenceModel ? Read(modelDirectory, "sentence_bert_config.json", file => Number(file, "max_seq_length")) : null)
            ?? Read(modelDirectory, "tokenizer_config.json", file => Number(file, "model_max_length"));
        return said is >= 1 and < NoLimit ? Math.Min(positions, (int)said) : positions;
    }

    private static double? Positions(JsonElement config)
    {
        bool afterPadding = config.TryGetProperty("model_type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            && PositionsAfterPadding.Contains(type.GetString()!);
        return Number(config, "max_position_embeddings") - (afterPadding ? (Number(config, "pad_token_id") ?? 1) + 1 : 0);
    }

    private static double? Read(string directory, string file, Func<JsonElement, double?> read)
    {
        string path = Path.Combine(directory, file);
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object ? read(json.RootElement) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no JSON: {e.Message}", e);
        }
    }

    private static double? Number(JsonElement file, string name) =>
        file.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : null;
}
