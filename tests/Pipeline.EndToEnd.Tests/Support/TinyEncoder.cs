using System.Text;
using System.Text.Json;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>A model directory with an encoder of a few random weights and a tokenizer of bytes; deleted when disposed.</summary>
internal sealed class TinyEncoder : IDisposable
{
    public const int Width = 16;

    private const int Vocabulary = 256, Wide = 24, Longest = 64;

    private readonly Random _random = new(3);

    public TinyEncoder()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("pipeline-tiny-encoder-").FullName;
        Write("config.json", new
        {
            architectures = new[] { "BertModel" }, model_type = "bert", hidden_act = "gelu", hidden_size = Width, intermediate_size = Wide, num_hidden_layers = 1,
            num_attention_heads = 2, vocab_size = Vocabulary, max_position_embeddings = Longest, type_vocab_size = 2, layer_norm_eps = 1e-12,
        });
        Write("modules.json", new[] { new { path = "", type = "sentence_transformers.models.Transformer" }, new { path = "1_Pooling", type = "sentence_transformers.models.Pooling" }, new { path = "2_Normalize", type = "sentence_transformers.models.Normalize" } });
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "1_Pooling"));
        Write("1_Pooling/config.json", new { pooling_mode_mean_tokens = true });
        Write("tokenizer.json", new
        {
            model = new { type = "BPE", vocab = Bytes(), merges = Array.Empty<string>() },
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, use_regex = true },
            decoder = new { type = "ByteLevel" },
        });
        WriteWeights();
    }

    public string Directory { get; }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    /// <summary>A token for each byte, spelled as byte-level BPE does: https://github.com/openai/gpt-2/blob/master/src/encoder.py, bytes_to_unicode.</summary>
    private static Dictionary<string, int> Bytes()
    {
        int next = 256;
        return Enumerable.Range(0, 256).ToDictionary(
            value => $"{(char)(value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? value : next++)}", value => value);
    }

    private void Write(string file, object contents) => File.WriteAllText(Path.Combine(Directory, file), JsonSerializer.Serialize(contents));

    /// <summary>Format: https://github.com/huggingface/safetensors#format.</summary>
    private void WriteWeights()
    {
        const string Layer = "encoder.layer.0.";
        (string Name, int[] Shape)[] tensors =
        [
            ("embeddings.word_embeddings.weight", [Vocabulary, Width]), ("embeddings.position_embeddings.weight", [Longest, Width]),
            ("embeddings.token_type_embeddings.weight", [2, Width]), .. Norm("embeddings.LayerNorm"),
            .. Dense($"{Layer}attention.self.query", Width, Width), .. Dense($"{Layer}attention.self.key", Width, Width), .. Dense($"{Layer}attention.self.value", Width, Width),
            .. Dense($"{Layer}attention.output.dense", Width, Width), .. Norm($"{Layer}attention.output.LayerNorm"),
            .. Dense($"{Layer}intermediate.dense", Wide, Width), .. Dense($"{Layer}output.dense", Width, Wide), .. Norm($"{Layer}output.LayerNorm"),
        ];
        Dictionary<string, object> header = [];
        using MemoryStream data = new();
        foreach ((string name, int[] shape) in tensors)
        {
            long start = data.Length;
            for (int i = shape.Aggregate((a, b) => a * b); i > 0; i--)
            {
                data.Write(BitConverter.GetBytes((float)((_random.NextDouble() * 2) - 1)));
            }

            header[name] = new { dtype = "F32", shape, data_offsets = new[] { start, data.Length } };
        }

        byte[] json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        File.WriteAllBytes(Path.Combine(Directory, "model.safetensors"), [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);
    }

    private static (string Name, int[] Shape)[] Norm(string name) => [($"{name}.weight", [Width]), ($"{name}.bias", [Width])];

    private static (string Name, int[] Shape)[] Dense(string name, int rows, int columns) => [($"{name}.weight", [rows, columns]), ($"{name}.bias", [rows])];
}
