using System.Runtime.InteropServices;
using Pipeline.Benchmarks.Gguf;
using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Support;
using Pipeline.Benchmarks.Tests.Support;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Tests.Gguf;

public sealed class GgufConverterTests : IClassFixture<SmallModel>, IDisposable
{
    private readonly SmallModel _model;
    private readonly string _path = Path.GetTempFileName();

    public GgufConverterTests(SmallModel model) => _model = model;

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_file_says_the_models_shape_and_its_vocabulary()
    {
        GgufFile file = Convert(GgufType.F32);
        Assert.Equal("llama", file.Metadata["general.architecture"]);
        Assert.Equal(2u, file.Metadata["llama.block_count"]);
        Assert.Equal(64u, file.Metadata["llama.embedding_length"]);
        Assert.Equal(2u, file.Metadata["llama.attention.head_count_kv"]);
        Assert.Equal(1e-5f, file.Metadata["llama.attention.layer_norm_rms_epsilon"]);
        Assert.Equal(MadeUpTokenizer.Tokens(1000), (object[])file.Metadata["tokenizer.ggml.tokens"]);
        Assert.Equal(1000 - 259, ((object[])file.Metadata["tokenizer.ggml.merges"]).Length);
        Assert.Equal(3 + (2 * 9), file.Tensors.Count);
    }

    [Theory]
    [InlineData("qwen2", "attn_k.bias", "self_attn.k_proj.bias", 12)]
    [InlineData("qwen3", "attn_k_norm.weight", "self_attn.k_norm.weight", 11)]
    [InlineData("qwen3moe", "ffn_gate_inp.weight", "mlp.gate.weight", 12)]
    public void Other_families_have_their_own_weights_and_their_pairs_apart(string family, string own, string from, int perLayer)
    {
        string directory = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}");
        try
        {
            RandomModel.Write(SmallModel.Shape with
            {
                QueryKeyValueBias = family == "qwen2", QueryKeyNorm = family != "qwen2", Experts = family == "qwen3moe" ? 3 : 0,
            }, directory);
            GgufConverter.Convert(directory, _path, GgufType.F32);
            var file = new GgufFile(_path);
            Assert.Equal(family, file.Metadata["general.architecture"]);
            Assert.Equal(16u, file.Metadata[$"{family}.attention.key_length"]);
            Assert.Equal(Source(directory, $"model.layers.1.{from}"), file.Floats($"blk.1.{own}"));
            Assert.Equal(Source(directory, "model.layers.0.self_attn.k_proj.weight"), file.Floats("blk.0.attn_k.weight"));
            Assert.Equal(3 + (2 * perLayer), file.Tensors.Count);
            if (family == "qwen3moe")
            {
                Assert.Equal([96, 64, 3], file.Tensors["blk.1.ffn_down_exps.weight"].Shape);
                Assert.Equal(
                    [.. Enumerable.Range(0, 3).SelectMany(expert => Source(directory, $"model.layers.1.mlp.experts.{expert}.down_proj.weight"))],
                    file.Floats("blk.1.ffn_down_exps.weight"));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_weights_are_those_of_the_model()
    {
        GgufFile file = Convert(GgufType.F32);
        Assert.Equal(Source("model.embed_tokens.weight"), file.Floats("token_embd.weight"));
        Assert.Equal(Source("model.layers.1.mlp.down_proj.weight"), file.Floats("blk.1.ffn_down.weight"));
        Assert.Equal([96, 64], file.Tensors["blk.1.ffn_down.weight"].Shape);
        Assert.Equal(Source("model.norm.weight"), file.Floats("output_norm.weight"));
        Assert.Equal(Source("lm_head.weight"), file.Floats("output.weight"));
    }

    [Fact]
    public void Queries_and_keys_have_their_rotary_pairs_side_by_side()
    {
        float[] source = Source("model.layers.0.self_attn.k_proj.weight"), got = Convert(GgufType.F32).Floats("blk.0.attn_k.weight");
        for (int head = 0; head < 2; head++)
        {
            for (int pair = 0; pair < 8; pair++)
            {
                Assert.Equal(Line(source, (16 * head) + pair), Line(got, (16 * head) + (2 * pair)));
                Assert.Equal(Line(source, (16 * head) + 8 + pair), Line(got, (16 * head) + (2 * pair) + 1));
            }
        }

        static float[] Line(float[] rows, int row) => rows[(64 * row)..(64 * (row + 1))];
    }

    [Theory]
    [InlineData("F16", 1u, 2.0)]
    [InlineData("BF16", 30u, 2.0)]
    [InlineData("Q8_0", 8u, 34.0 / 32)]
    public void Matrices_take_the_type_asked_for_vectors_stay_float32_and_all_is_aligned(string type, uint number, double size)
    {
        GgufFile file = Convert(Enum.Parse<GgufType>(type));
        Assert.Equal(number, file.Tensors["blk.0.attn_q.weight"].Type);
        Assert.Equal(0u, file.Tensors["blk.0.attn_norm.weight"].Type);
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(0, tensor.Offset % 32));
        GgufFile.Tensor last = file.Tensors.Values.MaxBy(tensor => tensor.Offset)!;
        Assert.Equal(last.Offset + (long)(1000 * 64 * size), file.Length);
    }

    [Fact]
    public void A_model_with_scaled_rotary_frequencies_is_refused()
    {
        using var scaled = new SmallModel();
        string config = Path.Combine(scaled.Directory, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace(
            "\"rope_scaling\": null",
            "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4, \"original_max_position_embeddings\": 64}",
            StringComparison.Ordinal));
        Assert.Throws<BenchmarkException>(() => GgufConverter.Convert(scaled.Directory, _path, GgufType.F32));
    }

    private GgufFile Convert(GgufType type)
    {
        GgufConverter.Convert(_model.Directory, _path, type);
        return new GgufFile(_path);
    }

    private float[] Source(string name) => Source(_model.Directory, name);

    private static float[] Source(string directory, string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(directory, "model.safetensors"));
        using Tensor stored = file.Read(name);
        using Tensor values = stored.to(ScalarType.Float32);
        return MemoryMarshal.Cast<byte, float>(values.bytes).ToArray();
    }
}
