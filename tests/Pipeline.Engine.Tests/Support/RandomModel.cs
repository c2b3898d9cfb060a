using System.Text.Json;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Support;

/// <summary>A model directory in Hugging Face layout with random weights; deleted when disposed.</summary>
public sealed class RandomModel : IDisposable
{
    private readonly Random _random;
    private readonly Dictionary<string, Tensor> _weights = [];

    public RandomModel(ModelShape shape, ScalarType storedAs = ScalarType.Float32)
    {
        LibtorchLoader.EnsureLoaded();
        Shape = shape;
        _random = new Random(shape.Seed);
        Directory = System.IO.Directory.CreateTempSubdirectory("pipeline-model-").FullName;
        File.WriteAllText(Path.Combine(Directory, "config.json"), JsonSerializer.Serialize(Config(shape)));
        using DisposeScope scope = torch.NewDisposeScope();
        FillWeights(storedAs);
        SafetensorsWriter.Write(Path.Combine(Directory, "model.safetensors"), _weights);
    }

    public ModelShape Shape { get; }

    public string Directory { get; }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static Dictionary<string, object?> Config(ModelShape shape) => new()
    {
        ["architectures"] = new[] { "LlamaForCausalLM" },
        ["model_type"] = "llama",
        ["hidden_act"] = "silu",
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

    private void FillWeights(ScalarType type)
    {
        ModelShape s = Shape;
        int queries = s.Heads * s.HeadSize, keys = s.KeyValueHeads * s.HeadSize;
        Add(type, "model.embed_tokens.weight", 0, s.Tied ? 0.3 : 1, s.Vocabulary, s.Hidden);
        for (int i = 0; i < s.Layers; i++)
        {
            string layer = $"model.layers.{i}.";
            Add(type, layer + "input_layernorm.weight", 1, 0.1, s.Hidden);
            Add(type, layer + "post_attention_layernorm.weight", 1, 0.1, s.Hidden);
            foreach ((string name, int rows, int columns) in new[]
            {
                ("q", queries, s.Hidden), ("k", keys, s.Hidden), ("v", keys, s.Hidden), ("o", s.Hidden, queries),
            })
            {
                // Wide enough that attention is far from uniform: a wrong position or mask would show.
                Add(type, $"{layer}self_attn.{name}_proj.weight", 0, 1.5 / Math.Sqrt(columns), rows, columns);
                if (s.Bias)
                {
                    Add(type, $"{layer}self_attn.{name}_proj.bias", 0, 0.3, rows);
                }
            }

            Add(type, layer + "mlp.gate_proj.weight", 0, 1 / Math.Sqrt(s.Hidden), s.Intermediate, s.Hidden);
            Add(type, layer + "mlp.up_proj.weight", 0, 1 / Math.Sqrt(s.Hidden), s.Intermediate, s.Hidden);
            Add(type, layer + "mlp.down_proj.weight", 0, 1 / Math.Sqrt(s.Intermediate), s.Hidden, s.Intermediate);
        }

        Add(type, "model.norm.weight", 1, 0.1, s.Hidden);
        if (!s.Tied)
        {
            Add(type, "lm_head.weight", 0, 1 / Math.Sqrt(s.Hidden), s.Vocabulary, s.Hidden);
        }
    }

    private void Add(ScalarType type, string name, double mean, double deviation, params long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            values[i] = (float)(mean + (deviation * radius * Math.Cos(2 * Math.PI * _random.NextDouble())));
        }

        if (name == "model.embed_tokens.weight" && Shape.BrokenToken is { } broken)
        {
            values[broken * Shape.Hidden] = float.NaN;
        }

        _weights[name] = torch.tensor(values, shape).to(type);
    }
}
