using System.Text.Json;

namespace Pipeline.Engine.Models;

/// <summary>
/// Reads <c>config.json</c> and <c>generation_config.json</c> of a Hugging Face model directory, and refuses
/// what the engine would compute wrongly, by name, before any weight is read.
/// </summary>
public static class ModelConfigReader
{
    /// <summary>Reads the configuration of the model in <paramref name="directory"/>.</summary>
    /// <exception cref="UnsupportedModelException">
    /// There is no readable configuration, or it asks for something this engine does not do.
    /// </exception>
    public static ModelConfig Read(string directory)
    {
        string path = Path.Combine(directory, "config.json");
        using JsonDocument json = Parse(path);
        JsonSection config = new(json.RootElement, path);
        RefuseUnsupported(config);

        int heads = config.Int("num_attention_heads");
        int hidden = config.Int("hidden_size");
        // Newer configurations hold the rotary settings in one object, older ones beside the rest.
        JsonSection? rope = config.Section("rope_parameters");
        ModelConfig model = new()
        {
            HiddenSize = hidden,
            IntermediateSize = config.Int("intermediate_size"),
            Layers = config.Int("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = config.OptionalInt("num_key_value_heads") ?? heads,
            HeadSize = config.OptionalInt("head_dim") ?? (heads > 0 ? hidden / heads : 0),
            VocabularySize = config.Int("vocab_size"),
            ContextLength = config.Int("max_position_embeddings"),
            RopeTheta = rope?.Number("rope_theta") ?? config.Number("rope_theta") ?? 10000,
            RopeScaling = ReadScaling(rope ?? config.Section("rope_scaling")),
            NormEpsilon = config.Number("rms_norm_eps") ?? 1e-6,
            TiedEmbeddings = config.Flag("tie_word_embeddings"),
            AttentionBias = config.Flag("attention_bias"),
            EndTokens = ReadEndTokens(directory, config),
        };
        CheckSizes(model, path);
        return model;
    }

    private static void RefuseUnsupported(JsonSection config)
    {
        config.Require("model_type", "llama");
        config.Require("hidden_act", "silu");
        config.RequireAbsent("quantization_config");
        if (config.Flag("mlp_bias"))
        {
            throw config.Unsupported("mlp_bias", "true");
        }
    }

    private static RopeScaling? ReadScaling(JsonSection? section)
    {
        if (section is null)
        {
            return null;
        }

        string type = section.Text("rope_type") ?? section.Text("type") ?? "default";
        return type switch
        {
            "default" => null,
            "llama3" => new RopeScaling(
                section.RequiredNumber("factor"),
                section.RequiredNumber("low_freq_factor"),
                section.RequiredNumber("high_freq_factor"),
                section.RequiredNumber("original_max_position_embeddings")),
            _ => throw section.Unsupported("rope_type", type),
        };
    }

    private static IReadOnlyList<int> ReadEndTokens(string directory, JsonSection config)
    {
        string path = Path.Combine(directory, "generation_config.json");
        if (!File.Exists(path))
        {
            return config.IntOrList("eos_token_id") ?? [];
        }

        using JsonDocument json = Parse(path);
        return new JsonSection(json.RootElement, path).IntOrList("eos_token_id") ?? config.IntOrList("eos_token_id") ?? [];
    }

    private static void CheckSizes(ModelConfig model, string path)
    {
        (string Name, int Value)[] sizes =
        [
            ("hidden_size", model.HiddenSize), ("intermediate_size", model.IntermediateSize),
            ("num_hidden_layers", model.Layers), ("num_attention_heads", model.Heads),
            ("num_key_value_heads", model.KeyValueHeads), ("head_dim", model.HeadSize),
            ("vocab_size", model.VocabularySize), ("max_position_embeddings", model.ContextLength),
        ];
        foreach ((string name, int value) in sizes)
        {
            if (value <= 0)
            {
                throw new UnsupportedModelException($"{path}: {name} is {value}; it must be positive.");
            }
        }

        if (model.Heads % model.KeyValueHeads != 0)
        {
            throw new UnsupportedModelException(
                $"{path}: num_attention_heads ({model.Heads}) is no multiple of num_key_value_heads ({model.KeyValueHeads}).");
        }

        if (model.HeadSize % 2 != 0)
        {
            throw new UnsupportedModelException($"{path}: head_dim is {model.HeadSize}; rotary embedding needs it even.");
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
