using System.Text.Json;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Support;

/// <summary>
/// A directory with an encoder of random weights, in the layout of Hugging Face and sentence-transformers; deleted when disposed.
/// </summary>
public sealed class RandomEncoder : IDisposable
{
    private readonly Random _random;
    private readonly Dictionary<string, Tensor> _weights = [];

    public RandomEncoder(EncoderShape shape, ScalarType storedAs = ScalarType.Float32)
    {
        LibtorchLoader.EnsureLoaded();
        Shape = shape;
        _random = new Random(shape.Seed);
        Directory = System.IO.Directory.CreateTempSubdirectory("pipeline-encoder-").FullName;
        Write("config.json", Config(shape));
        WriteModules();
        using DisposeScope scope = torch.NewDisposeScope();
        FillWeights(storedAs);
        SafetensorsWriter.Write(Path.Combine(Directory, "model.safetensors"), _weights);
    }

    public EncoderShape Shape { get; }

    public string Directory { get; }

    /// <summary>Writes a file of the directory as JSON.</summary>
    public void Write(string file, object contents)
    {
        string path = Path.Combine(Directory, file);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(contents));
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    /// <summary>What <c>config.json</c> says of a shape.</summary>
    public static Dictionary<string, object?> Config(EncoderShape shape)
    {
        Dictionary<string, object?> config = new()
        {
            ["architectures"] = new[] { shape.ModelType == "bert" ? "BertModel" : "XLMRobertaModel" },
            ["model_type"] = shape.ModelType,
            ["hidden_act"] = "gelu",
            ["hidden_size"] = shape.Width,
            ["intermediate_size"] = shape.Intermediate,
            ["num_hidden_layers"] = shape.Layers,
            ["num_attention_heads"] = shape.Heads,
            ["vocab_size"] = shape.Vocabulary,
            ["max_position_embeddings"] = shape.Positions,
            ["type_vocab_size"] = shape.TokenTypes,
            ["pad_token_id"] = shape.PadToken,
            ["layer_norm_eps"] = shape.Epsilon,
            ["position_embedding_type"] = "absolute",
        };
        if (shape.Matryoshka is { } lengths)
        {
            config["matryoshka_dimensions"] = lengths;
        }

        return config;
    }

    private void WriteModules()
    {
        if (Shape.Pooling is null)
        {
            return;
        }

        List<(string Path, string Type)> modules = [("", "Transformer"), ("1_Pooling", "Pooling")];
        if (Shape.Normalised)
        {
            modules.Add(("2_Normalize", "Normalize"));
        }

        Write("modules.json", modules.Select((module, i) => new { idx = i, name = $"{i}", path = module.Path, type = $"sentence_transformers.models.{module.Type}" }));
        Write("1_Pooling/config.json", new Dictionary<string, object> { ["word_embedding_dimension"] = Shape.Width, ["pooling_mode_mean_tokens"] = false, [$"pooling_mode_{Shape.Pooling}"] = true });
        if (Shape.MaxSequenceLength is { } longest)
        {
            Write("sentence_bert_config.json", new { max_seq_length = longest, do_lower_case = false });
        }
    }

    private void FillWeights(ScalarType type)
    {
        EncoderShape s = Shape;
        Add(type, "embeddings.word_embeddings.weight", 0, 1, s.Vocabulary, s.Width);
        Add(type, "embeddings.position_embeddings.weight", 0, 0.5, s.Positions, s.Width);
        Add(type, "embeddings.token_type_embeddings.weight", 0, 0.5, s.TokenTypes, s.Width);
        AddNorm(type, "embeddings.LayerNorm");
        for (int i = 0; i < s.Layers; i++)
        {
            string layer = $"encoder.layer.{i}.", attention = layer + "attention.";
            foreach (string name in new[] { "query", "key", "value" })
            {
                // Wide enough that attention is far from uniform: a wrong row would show.
                AddDense(type, $"{attention}self.{name}", 1.5, s.Width, s.Width);
            }

            AddDense(type, $"{attention}output.dense", 1, s.Width, s.Width);
            AddNorm(type, $"{attention}output.LayerNorm");
            AddDense(type, $"{layer}intermediate.dense", 1, s.Intermediate, s.Width);
            AddDense(type, $"{layer}output.dense", 1, s.Width, s.Intermediate);
            AddNorm(type, $"{layer}output.LayerNorm");
        }
    }

    private void AddNorm(ScalarType type, string name)
    {
        Add(type, $"{name}.weight", 1, 0.1, Shape.Width);
        Add(type, $"{name}.bias", 0, 0.1, Shape.Width);
    }

    private void AddDense(ScalarType type, string name, double gain, int rows, int columns)
    {
        Add(type, $"{name}.weight", 0, gain / Math.Sqrt(columns), rows, columns);
        Add(type, $"{name}.bias", 0, 0.3, rows);
    }

    private void Add(ScalarType type, string name, double mean, double deviation, params long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            values[i] = (float)(mean + (deviation * radius * Math.Cos(2 * Math.PI * _random.NextDouble())));
        }

        if (name == "embeddings.word_embeddings.weight" && Shape.BrokenToken is { } broken)
        {
            values[broken * Shape.Width] = float.NaN;
        }

        _weights[Shape.Prefix + name] = torch.tensor(values, shape).to(type);
    }
}
