using System.Text.Json;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Gguf;

/// <summary>
/// Makes a GGUF file of a model directory of one of a few families: for llama.cpp, the same weights. Vectors stay float32; rows
/// whose length is no multiple of 32 cannot be Q8_0 and become F16, as in llama.cpp's own quantizer.
/// </summary>
internal static class GgufConverter
{
    /// <summary>The file of a model in a type, made on the first call and kept.</summary>
    public static string Find(string model, GgufType type)
    {
        string name = new DirectoryInfo(model).Name;
        string path = Path.Combine(Folders.Kept("gguf"), $"{name}-{type.ToString().ToLowerInvariant()}.gguf");
        if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) < File.GetLastWriteTimeUtc(Path.Combine(model, "config.json")))
        {
            Console.Error.WriteLine($"making {path}");
            string unfinished = $"{path}.{Guid.NewGuid():N}";
            Convert(model, unfinished, type);
            File.Move(unfinished, path, overwrite: true);
        }

        return path;
    }

    /// <summary>Converts the model in <paramref name="directory"/>.</summary>
    /// <exception cref="BenchmarkException">It has something that this does not convert.</exception>
    public static void Convert(string directory, string path, GgufType type)
    {
        LibtorchLoader.EnsureLoaded();
        ModelConfig model = ModelConfigReader.Read(directory);
        var architecture = GgufArchitecture.Of(directory, model);
        var header = new GgufHeader();
        AddModel(header, model, architecture, new DirectoryInfo(directory).Name, type);
        AddTokenizer(header, directory, model.VocabularySize);
        List<Weight> weights = [.. Weights(model, architecture)];
        foreach (Weight weight in weights)
        {
            header.AddTensor(weight.Name, TypeOf(weight, type), weight.Sources.Length == 1 ? weight.Shape : [weight.Sources.Length, .. weight.Shape]);
        }

        using Checkpoint source = Checkpoint.Open(directory);
        using FileStream file = File.Create(path);
        header.Write(file);
        foreach (Weight weight in weights)
        {
            Array.ForEach(weight.Sources, part => WriteRows(source, part, weight, TypeOf(weight, type), file));
            GgufHeader.Pad(file);
        }
    }

    // Vectors stay as they are, and routers, which are small, as in llama.cpp's own quantizer.
    private static GgufType TypeOf(Weight weight, GgufType type) => weight.Shape.Length == 1 || weight.Name.EndsWith("ffn_gate_inp.weight", StringComparison.Ordinal) ? GgufType.F32
        : type == GgufType.Q8_0 && weight.Shape[1] % RowEncoding.Block != 0 ? GgufType.F16 : type;

    private static void WriteRows(Checkpoint source, string name, Weight weight, GgufType type, FileStream file)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor stored = source.Read(name, weight.Shape);
        using Tensor values = stored.to(ScalarType.Float32);
        int width = (int)weight.Shape[^1];
        long rows = weight.Shape.Length == 1 ? 1 : weight.Shape[0];
        byte[] encoded = new byte[RowEncoding.Bytes(type, width)];
        for (long row = 0; row < rows; row++)
        {
            using Tensor from = values.view(rows, width)[weight.RotaryHeads == 0 ? row : RotaryRow(row, rows / weight.RotaryHeads)];
            RowEncoding.Encode(type, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(from.bytes), encoded);
            file.Write(encoded);
        }
    }

    /// <summary>
    /// Which of Hugging Face's rows is a row of ours: it keeps a head's rotary pairs as (i, i + half), llama.cpp wants (2i, 2i + 1).
    /// </summary>
    internal static long RotaryRow(long row, long headSize)
    {
        long head = row / headSize, at = row % headSize;
        return (head * headSize) + (at % 2 * (headSize / 2)) + (at / 2);
    }

    private static void AddModel(GgufHeader header, ModelConfig model, GgufArchitecture architecture, string name, GgufType type)
    {
        string of = architecture.Name;
        header.Add("general.architecture", of);
        header.Add("general.name", name);
        header.Add("general.file_type", type switch { GgufType.F16 => 1u, GgufType.Q8_0 => 7u, GgufType.BF16 => 32u, _ => 0u });
        header.Add("general.quantization_version", 2u);
        header.Add($"{of}.vocab_size", (uint)model.VocabularySize);
        header.Add($"{of}.context_length", (uint)model.ContextLength);
        header.Add($"{of}.embedding_length", (uint)model.HiddenSize);
        header.Add($"{of}.block_count", (uint)model.Layers);
        header.Add($"{of}.feed_forward_length", (uint)model.IntermediateSize);
        header.Add($"{of}.attention.head_count", (uint)model.Heads);
        header.Add($"{of}.attention.head_count_kv", (uint)model.KeyValueHeads);
        header.Add($"{of}.attention.key_length", (uint)model.HeadSize);
        header.Add($"{of}.attention.value_length", (uint)model.HeadSize);
        header.Add($"{of}.attention.layer_norm_rms_epsilon", (float)model.NormEpsilon);
        header.Add($"{of}.rope.dimension_count", (uint)model.HeadSize);
        if (model.Mixture is { } mixture)
        {
            header.Add($"{of}.expert_count", (uint)mixture.Experts);
            header.Add($"{of}.expert_used_count", (uint)mixture.Active);
            header.Add($"{of}.expert_feed_forward_length", (uint)mixture.IntermediateSize);
        }

        header.Add($"{of}.rope.freq_base", (float)model.Ropes[0].Theta);
    }

    private static void AddTokenizer(GgufHeader header, string directory, int vocabulary)
    {
        const int normal = 1, control = 3, unused = 5;
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        JsonElement model = json.RootElement.GetProperty("model");
        string[] tokens = [.. Enumerable.Range(0, vocabulary).Select(id => $"[PAD{id}]")];
        int[] kinds = [.. Enumerable.Repeat(unused, vocabulary)];
        foreach (JsonProperty token in model.GetProperty("vocab").EnumerateObject())
        {
            int id = token.Value.GetInt32();
            (tokens[id], kinds[id]) = (token.Name, normal);
        }

        foreach (JsonElement added in json.RootElement.GetProperty("added_tokens").EnumerateArray())
        {
            int id = added.GetProperty("id").GetInt32();
            (tokens[id], kinds[id]) = (added.GetProperty("content").GetString()!, control);
        }

        header.Add("tokenizer.ggml.model", "gpt2");
        header.Add("tokenizer.ggml.pre", "gpt-2");
        header.Add("tokenizer.ggml.tokens", tokens);
        header.Add("tokenizer.ggml.merges", [.. model.GetProperty("merges").EnumerateArray().Select(Merge)]);
        header.Add("tokenizer.ggml.token_type", kinds);
        header.Add("tokenizer.ggml.bos_token_id", 0u);
        header.Add("tokenizer.ggml.eos_token_id", 2u);
        header.Add("tokenizer.ggml.add_bos_token", false);
    }

    private static string Merge(JsonElement merge) => merge.ValueKind == JsonValueKind.String
        ? merge.GetString()! : $"{merge[0].GetString()} {merge[1].GetString()}";

    private static IEnumerable<Weight> Weights(ModelConfig model, GgufArchitecture architecture)
    {
        long hidden = model.HiddenSize;
        long queries = (long)model.Heads * model.HeadSize, keys = (long)model.KeyValueHeads * model.HeadSize;
        int queryHeads = architecture.PairsSideBySide ? model.Heads : 0, keyHeads = architecture.PairsSideBySide ? model.KeyValueHeads : 0;
        yield return new("token_embd.weight", "model.embed_tokens.weight", [model.VocabularySize, hidden]);
        for (int layer = 0; layer < model.Layers; layer++)
        {
            string to = $"blk.{layer}.", from = $"model.layers.{layer}.";
            yield return new(to + "attn_norm.weight", from + "input_layernorm.weight", [hidden]);
            yield return new(to + "attn_q.weight", from + "self_attn.q_proj.weight", [queries, hidden], queryHeads);
            yield return new(to + "attn_k.weight", from + "self_attn.k_proj.weight", [keys, hidden], keyHeads);
            yield return new(to + "attn_v.weight", from + "self_attn.v_proj.weight", [keys, hidden]);
            foreach ((string ours, string theirs, long size) in GgufArchitecture.Vectors(model))
            {
                yield return new(to + ours, from + theirs, [size]);
            }

            yield return new(to + "attn_output.weight", from + "self_attn.o_proj.weight", [hidden, queries]);
            yield return new(to + "ffn_norm.weight", from + "post_attention_layernorm.weight", [hidden]);
            foreach (Weight weight in FeedForward(model, to, from + "mlp."))
            {
                yield return weight;
            }
        }

        yield return new("output_norm.weight", "model.norm.weight", [hidden]);
        if (!model.TiedEmbeddings)   // tied, llama.cpp takes token_embd
        {
            yield return new("output.weight", "lm_head.weight", [model.VocabularySize, hidden]);
        }
    }

    private static IEnumerable<Weight> FeedForward(ModelConfig model, string to, string from)
    {
        long hidden = model.HiddenSize, inner = model.Mixture?.IntermediateSize ?? model.IntermediateSize;
        if (model.Mixture is not null)
        {
            yield return new(to + "ffn_gate_inp.weight", from + "gate.weight", [model.Mixture.Experts, hidden]);
        }

        yield return Part("gate", [inner, hidden]);
        yield return Part("up", [inner, hidden]);
        yield return Part("down", [hidden, inner]);

        // Experts lie behind each other in one tensor.
        Weight Part(string name, long[] shape) => model.Mixture is null
            ? new($"{to}ffn_{name}.weight", $"{from}{name}_proj.weight", shape)
            : new($"{to}ffn_{name}_exps.weight", [.. Enumerable.Range(0, model.Mixture.Experts).Select(expert => $"{from}experts.{expert}.{name}_proj.weight")], shape, 0);
    }

    /// <summary>A tensor of the file and where it comes from; with rotary heads its rows change their order within each.</summary>
    /// <param name="Name">llama.cpp's name.</param>
    /// <param name="Sources">Hugging Face's names: several for what lies behind each other.</param>
    /// <param name="Shape">The shape of each.</param>
    /// <param name="RotaryHeads">Heads whose rows change their order; 0 for none.</param>
    private sealed record Weight(string Name, string[] Sources, long[] Shape, int RotaryHeads)
    {
        public Weight(string name, string source, long[] shape, int rotaryHeads = 0)
            : this(name, [source], shape, rotaryHeads)
        {
        }
    }
}
