using System.Text.Json;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>
/// Reads the <c>config.json</c> of an encoder, and refuses what would be computed wrongly, by name, before any weight is read.
/// </summary>
internal static class EncoderConfigReader
{
    /// <summary>Whether an input's positions begin behind the padding token's id.</summary>
    private static readonly Dictionary<string, bool> PositionsAfterPadding = new(StringComparer.Ordinal)
    {
        ["bert"] = false, ["roberta"] = true, ["xlm-roberta"] = true, ["camembert"] = true,
    };

    private static readonly string[] Heads = ["Model", "ForMaskedLM", "ForPreTraining"];

    /// <summary>The values of <c>model_type</c> that are encoders of this family.</summary>
    public static IReadOnlyCollection<string> ModelTypes => PositionsAfterPadding.Keys;

    /// <summary>Reads the configuration of the model in <paramref name="directory"/>.</summary>
    /// <exception cref="UnsupportedModelException">There is no readable one, or it asks for something that is not done here.</exception>
    public static EncoderConfig Read(string directory)
    {
        string path = Path.Combine(directory, "config.json");
        using JsonDocument json = Parse(path);
        JsonSection config = new(json.RootElement, path);
        string type = config.Text("model_type") ?? "";
        if (!PositionsAfterPadding.TryGetValue(type, out bool afterPadding))
        {
            throw config.Unsupported("model_type", type);
        }

        RefuseOtherHeads(config);
        RefuseUnsupported(config);
        EncoderConfig model = new()
        {
            Width = config.Int("hidden_size"),
            IntermediateSize = config.Int("intermediate_size"),
            Layers = config.Int("num_hidden_layers"),
            Heads = config.Int("num_attention_heads"),
            VocabularySize = config.Int("vocab_size"),
            Positions = config.Int("max_position_embeddings"),
            FirstPosition = afterPadding ? (config.OptionalInt("pad_token_id") ?? 1) + 1 : 0,
            TokenTypes = config.OptionalInt("type_vocab_size") ?? 2,
            NormEpsilon = config.Number("layer_norm_eps") ?? 1e-12,
        };
        CheckSizes(model, path);
        return model;
    }

    /// <summary>Classifiers and rerankers have the same layers, but their states were trained for something else.</summary>
    private static void RefuseOtherHeads(JsonSection config)
    {
        string? other = config.Texts("architectures")?.FirstOrDefault(name => !Array.Exists(Heads, head => name.EndsWith(head, StringComparison.Ordinal)));
        if (other is not null)
        {
            throw config.Unsupported("architectures", other);
        }
    }

    private static void RefuseUnsupported(JsonSection config)
    {
        if (config.Text("hidden_act") is { } activation and not "gelu")
        {
            throw config.Unsupported("hidden_act", activation);
        }

        if (config.Text("position_embedding_type") is { } positions and not "absolute")
        {
            throw config.Unsupported("position_embedding_type", positions);
        }

        if (config.Flag("is_decoder"))
        {
            throw config.Unsupported("is_decoder", "true");
        }

        config.RequireAbsent("quantization_config");
    }

    private static void CheckSizes(EncoderConfig model, string path)
    {
        (string Name, int Value)[] sizes =
        [
            ("hidden_size", model.Width), ("intermediate_size", model.IntermediateSize), ("num_hidden_layers", model.Layers),
            ("num_attention_heads", model.Heads), ("vocab_size", model.VocabularySize), ("type_vocab_size", model.TokenTypes),
            ("max_position_embeddings less what comes before the first", model.ContextLength),
        ];
        foreach ((string name, int value) in sizes)
        {
            if (value <= 0)
            {
                throw new UnsupportedModelException($"{path}: {name} is {value}; it must be positive.");
            }
        }

        if (model.Width % model.Heads != 0)
        {
            throw new UnsupportedModelException($"{path}: hidden_size ({model.Width}) is no multiple of num_attention_heads ({model.Heads}).");
        }
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new UnsupportedModelException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
