using System.Text.Json.Nodes;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Weights;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Embeddings;

/// <summary>Encoders of random weights in the layout of Hugging Face and sentence-transformers, made once and kept.</summary>
internal static class RandomEncoder
{
    private const ulong Seed = 4321;

    /// <summary>The directory of a model: <paramref name="model"/> itself, or that of the shape it names, made if need be.</summary>
    /// <exception cref="BenchmarkException">It is neither a directory nor a shape.</exception>
    public static string Find(string model)
    {
        if (Directory.Exists(model))
        {
            return Path.GetFullPath(model);
        }

        EncoderShape shape = EncoderShape.All.FirstOrDefault(shape => shape.Name == model) ?? throw new BenchmarkException(
            $"--model {model}: neither a directory nor one of the shapes {string.Join(", ", EncoderShape.All.Select(known => known.Name))}.");
        string directory = Path.Combine(Folders.Kept("models"), shape.Name);
        if (!Directory.Exists(directory))
        {
            Console.Error.WriteLine($"making {directory}");
            string unfinished = $"{directory}.{Guid.NewGuid():N}";
            try
            {
                Write(shape, unfinished);
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
    public static void Write(EncoderShape shape, string directory)
    {
        LibtorchLoader.EnsureLoaded();
        Directory.CreateDirectory(Path.Combine(directory, "1_Pooling"));
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("BertModel"), ["model_type"] = "bert", ["hidden_act"] = "gelu", ["hidden_size"] = shape.Width,
            ["intermediate_size"] = shape.Intermediate, ["num_hidden_layers"] = shape.Layers, ["num_attention_heads"] = shape.Heads,
            ["vocab_size"] = shape.Vocabulary, ["max_position_embeddings"] = shape.Context, ["type_vocab_size"] = 2, ["layer_norm_eps"] = 1e-12,
        };
        var modules = new JsonArray([.. new[] { ("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize") }
            .Select(module => new JsonObject { ["path"] = module.Item1, ["type"] = $"sentence_transformers.models.{module.Item2}" })]);
        File.WriteAllText(Path.Combine(directory, "config.json"), config.ToJsonString(Report.Json));
        File.WriteAllText(Path.Combine(directory, "modules.json"), modules.ToJsonString(Report.Json));
        File.WriteAllText(Path.Combine(directory, "1_Pooling", "config.json"), new JsonObject { ["pooling_mode_mean_tokens"] = true }.ToJsonString(Report.Json));

        ulong seed = Seed;
        Dictionary<string, Tensor> weights = shape.Weights().ToDictionary(weight => weight.Name, weight => Draw(weight.Name, weight.Shape, seed++));
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), weights);
        foreach (Tensor weight in weights.Values)
        {
            weight.Dispose();
        }
    }

    private static Tensor Draw(string name, long[] shape, ulong seed)
    {
        using var chance = new Generator(seed);
        Tensor drawn = empty(shape, ScalarType.Float32);
        (double mean, double deviation) = name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? (1, 0.1) : (0, 0.02);
        drawn.normal_(mean, deviation, chance);
        return drawn;
    }
}
