using System.Text.Json;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Support;

/// <summary>A model directory in Hugging Face layout with random weights; deleted when disposed.</summary>
public sealed class RandomModel : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = [];

    public RandomModel(ModelShape shape, ScalarType storedAs = ScalarType.Float32)
    {
        LibtorchLoader.EnsureLoaded();
        Shape = shape;
        Directory = System.IO.Directory.CreateTempSubdirectory("pipeline-model-").FullName;
        File.WriteAllText(Path.Combine(Directory, "config.json"), JsonSerializer.Serialize(Config(shape)));
        using DisposeScope scope = torch.NewDisposeScope();
        foreach ((string name, Tensor weight) in RandomWeights.Of(shape))
        {
            _weights.Add(name, weight.to(storedAs));
        }

        Write(shape.Shards);
    }

    public ModelShape Shape { get; }

    public string Directory { get; }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private void Write(int shards)
    {
        if (shards == 1)
        {
            SafetensorsWriter.Write(Path.Combine(Directory, "model.safetensors"), _weights);
            return;
        }

        Dictionary<string, string> index = [];
        foreach ((int shard, KeyValuePair<string, Tensor>[] part) in _weights.Chunk((_weights.Count + shards - 1) / shards).Index())
        {
            string file = $"model-{shard + 1:00000}-of-{shards:00000}.safetensors";
            SafetensorsWriter.Write(Path.Combine(Directory, file), part.ToDictionary(weight => weight.Key, weight => weight.Value));
            Array.ForEach(part, weight => index.Add(weight.Key, file));
        }

        File.WriteAllText(Path.Combine(Directory, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = index }));
    }

    private static Dictionary<string, object?> Config(ModelShape shape)
    {
        Dictionary<string, object?> config = new()
        {
            ["model_type"] = shape.ModelType,
            [shape.IsGemma ? "hidden_activation" : "hidden_act"] = shape.IsGemma ? "gelu_pytorch_tanh" : "silu",
            ["hidden_size"] = shape.Hidden,
            ["intermediate_size"] = shape.Intermediate,
            ["num_hidden_layers"] = shape.Layers,
            ["num_attention_heads"] = shape.Heads,
            ["num_key_value_heads"] = shape.KeyValueHeads,
            ["head_dim"] = shape.HeadSize,
            ["vocab_size"] = shape.Vocabulary,
            ["max_position_embeddings"] = shape.Context,
            ["rope_theta"] = 10000.0,
            ["rope_scaling"] = shape.Llama3Rope
                ? new Dictionary<string, object>
                {
                    ["rope_type"] = "llama3",
                    ["factor"] = 8.0,
                    ["low_freq_factor"] = 1.0,
                    ["high_freq_factor"] = 4.0,
                    ["original_max_position_embeddings"] = 64,
                }
                : null,
            ["rms_norm_eps"] = 1e-5,
            ["tie_word_embeddings"] = shape.Tied,
            ["attention_bias"] = shape.Bias,
            ["eos_token_id"] = shape.EndTokens,
        };
        foreach ((string name, object? value) in shape.Settings)
        {
            config[name] = value;
        }

        // Gemma 3 models that also see keep the text model's settings apart.
        return shape.ModelType != "gemma3" ? config : new() { ["model_type"] = "gemma3", ["text_config"] = config, ["eos_token_id"] = shape.EndTokens };
    }
}
