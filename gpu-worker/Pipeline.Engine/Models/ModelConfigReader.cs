using System.Text.Json;
using Pipeline.Engine.Models.Families;

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
        ModelConfig model = ModelFamilies.Of(config).Read(config) with { EndTokens = ReadEndTokens(directory, config) };
        CheckSizes(model, path);
        return model;
    }

    private static IReadOnlyList<int> ReadEndTokens(string directory, JsonSection config)
    {
        string path = Path.Combine(directory, "generation_config.json");
        if (!File.Exists(path))
        {
            return config.IntOrList("eos_token_id") ?? config.Section("text_config")?.IntOrList("eos_token_id") ?? [];
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
            .. model.LayerPattern.Select(layer => ("sliding_window", layer.Window ?? 1)),
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

        if (model.Mixture is { } mixture && (mixture.Experts <= 0 || mixture.Active <= 0 || mixture.Active > mixture.Experts || mixture.IntermediateSize <= 0))
        {
            throw new UnsupportedModelException(
                $"{path}: num_experts_per_tok ({mixture.Active}) of {mixture.Experts} experts of width {mixture.IntermediateSize} cannot be.");
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
