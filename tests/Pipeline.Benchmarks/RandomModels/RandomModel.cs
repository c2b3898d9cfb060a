using System.Text.Json.Nodes;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Weights;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.RandomModels;

/// <summary>Models of random weights in Hugging Face layout, made once and kept. The same shape gives the same weights.</summary>
internal static class RandomModel
{
    private const ulong Seed = 1234;

    /// <summary>The directory of a model: <paramref name="model"/> itself, or that of the shape it names, made if need be.</summary>
    /// <exception cref="BenchmarkException">It is neither a directory nor a shape.</exception>
    /// <exception cref="UnsupportedModelException">The engine does not load that shape.</exception>
    public static string Find(string model)
    {
        if (Directory.Exists(model))
        {
            return Path.GetFullPath(model);
        }

        ModelShape shape = ModelShape.All.FirstOrDefault(shape => shape.Name == model)
            ?? throw new BenchmarkException(
                $"--model {model}: neither a directory nor one of the shapes {string.Join(", ", ModelShape.All.Select(known => known.Name))}.");
        return Made(shape);
    }

    /// <summary>The directory of a shape's model, made if need be.</summary>
    /// <param name="shape">The shape; its name is the directory's.</param>
    /// <param name="complete">What is done to a directory just made, or null.</param>
    public static string Made(ModelShape shape, Action<string>? complete = null)
    {
        string directory = Path.Combine(Folders.Kept("models"), shape.Name);
        if (!Directory.Exists(directory))
        {
            Console.Error.WriteLine($"making {directory}");
            string unfinished = $"{directory}.{Guid.NewGuid():N}";
            try
            {
                Write(shape, unfinished);
                complete?.Invoke(unfinished);
                Directory.Move(unfinished, directory);
            }
            catch
            {
                Directory.Delete(unfinished, recursive: true);
                throw;
            }
        }

        return directory;
    }

    /// <summary>Writes a model of a shape into a new directory.</summary>
    public static void Write(ModelShape shape, string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), Configuration(shape).ToJsonString(Report.Json));
        _ = ModelConfigReader.Read(directory);   // what the engine refuses is refused before its weights are drawn
        var generation = new JsonObject { ["bos_token_id"] = 0, ["eos_token_id"] = 2, ["do_sample"] = false };
        File.WriteAllText(Path.Combine(directory, "generation_config.json"), generation.ToJsonString(Report.Json));
        MadeUpTokenizer.Write(shape.Vocabulary, directory);

        LibtorchLoader.EnsureLoaded();
        (string Name, long[] Shape)[] weights = [.. shape.Weights()];
        var drawn = new Tensor[weights.Length];
        // A seed for each: whichever is drawn first, the weights are the same.
        Parallel.For(0, weights.Length, i => drawn[i] = Draw(weights[i].Name, weights[i].Shape, shape, Seed + (ulong)i));
        SafetensorsWriter.Write(
            Path.Combine(directory, "model.safetensors"), weights.Zip(drawn).ToDictionary(weight => weight.First.Name, weight => weight.Second));
        Array.ForEach(drawn, tensor => tensor.Dispose());
    }

    private static Tensor Draw(string name, long[] shape, ModelShape model, ulong seed)
    {
        using var chance = new Generator(seed);
        using Tensor drawn = empty(shape, ScalarType.Float32);
        // Norms are near one, not exactly one: a norm whose weight is forgotten shows.
        (double mean, double deviation) = name.EndsWith(".bias", StringComparison.Ordinal) ? (0, 0.5) : shape.Length == 1 ? (1, 0.1)
            : (0, name.Contains("embed_tokens", StringComparison.Ordinal) ? model.EmbeddingDeviation : model.Deviation);
        drawn.normal_(mean, deviation, chance);
        return drawn.to(ScalarType.BFloat16);
    }

    private static JsonObject Configuration(ModelShape shape)
    {
        JsonObject configuration = Dense(shape);
        if (shape.Experts > 0)
        {
            configuration["num_experts"] = shape.Experts;
            configuration["num_experts_per_tok"] = 2;
            configuration["moe_intermediate_size"] = shape.Intermediate;
            configuration["norm_topk_prob"] = true;
        }

        return configuration;
    }

    private static JsonObject Dense(ModelShape shape) => new()
    {
        ["architectures"] = new JsonArray(shape.ModelType switch { "qwen3_moe" => "Qwen3MoeForCausalLM", "qwen3" => "Qwen3ForCausalLM", "qwen2" => "Qwen2ForCausalLM", _ => "LlamaForCausalLM" }),
        ["model_type"] = shape.ModelType,
        ["attention_bias"] = false,
        ["attention_dropout"] = 0.0,
        ["bos_token_id"] = 0,
        ["eos_token_id"] = 2,
        ["head_dim"] = shape.HeadSize,
        ["hidden_act"] = "silu",
        ["hidden_size"] = shape.Hidden,
        ["initializer_range"] = shape.Deviation,
        ["intermediate_size"] = shape.Intermediate,
        ["max_position_embeddings"] = shape.Context,
        ["mlp_bias"] = false,
        ["num_attention_heads"] = shape.Heads,
        ["num_hidden_layers"] = shape.Layers,
        ["num_key_value_heads"] = shape.KeyValueHeads,
        ["rms_norm_eps"] = shape.Epsilon,
        ["rope_theta"] = shape.RopeTheta,
        ["rope_scaling"] = !shape.Llama3Scaling ? null : new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = 8.0,
            ["low_freq_factor"] = 1.0,
            ["high_freq_factor"] = 4.0,
            ["original_max_position_embeddings"] = 8192,
        },
        ["tie_word_embeddings"] = shape.Tied,
        ["torch_dtype"] = "bfloat16",
        ["use_cache"] = true,
        ["vocab_size"] = shape.Vocabulary,
    };
}
