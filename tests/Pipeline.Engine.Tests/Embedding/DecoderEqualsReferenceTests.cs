using System.Text.Json;
using Pipeline.Engine.Embedding;
using Pipeline.Engine.Embedding.Pooling;
using Pipeline.Engine.Models;
using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;
using Pipeline.Engine.Weights;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Embedding;

/// <summary>Vectors of decoders that embed, by the last token's state, against the float64 reference.</summary>
public sealed class DecoderEqualsReferenceTests
{
    private const double Tolerance = 2e-5;

    private static readonly Dictionary<string, ModelShape> Shapes = new()
    {
        ["qwen3, as Qwen3-Embedding"] = new() { ModelType = "qwen3", Seed = 51, HeadSize = 16, Tied = true },
        ["mistral, as e5-mistral"] = new() { ModelType = "mistral", Seed = 52, Settings = new Dictionary<string, object?> { ["sliding_window"] = 12 } },
        ["llama"] = new() { Seed = 53, Layers = 3 },
    };

    public static TheoryData<string, string> Cases => new(
        from shape in Shapes.Keys
        from kernels in new[] { "auto", "torch" }
        select (shape, kernels));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Packed_with_others_each_input_has_the_references_last_state(string shape, string kernels)
    {
        using RandomModel model = new(Shapes[shape]);
        ReferenceModel reference = new(model.Directory);
        MakeEmbedder(model);
        using EmbeddingEngine engine = Load(model, kernels);
        Assert.Equal(PoolingMode.LastToken, engine.Config.Pooling);
        int[][] inputs = [.. EmbeddingDriver.Inputs(30, model.Shape.Vocabulary, 40, 1), [3], [4]];
        EmbeddingResult result = EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "a", Inputs = inputs })["a"];
        Assert.All(inputs.Zip(result.Vectors), pair => Assert.InRange(EmbeddingDriver.Difference(reference.LastState(pair.First), pair.Second), 0, Tolerance));
        Assert.InRange(engine.Statistics.Steps, 2, 30);
        Assert.Equal(engine.Statistics.BusySeconds, result.DeviceSeconds, 9);
    }

    [Fact]
    public void Weights_without_the_models_name_in_front_and_without_a_head_are_read()
    {
        using RandomModel model = new(Shapes["qwen3, as Qwen3-Embedding"]);
        ReferenceModel reference = new(model.Directory);
        int[] input = [5, 6, 7, 8];
        double[] expected = reference.LastState(input);
        MakeEmbedder(model);
        using (SafetensorsFile file = SafetensorsFile.Open(Path.Combine(model.Directory, "model.safetensors")))
        {
            Dictionary<string, Tensor> renamed = file.Names.Where(name => name != "lm_head.weight")
                .ToDictionary(name => name["model.".Length..], file.Read);
            SafetensorsWriter.Write(Path.Combine(model.Directory, "renamed.safetensors"), renamed);
            foreach (Tensor tensor in renamed.Values)
            {
                tensor.Dispose();
            }
        }

        File.Move(Path.Combine(model.Directory, "renamed.safetensors"), Path.Combine(model.Directory, "model.safetensors"), overwrite: true);
        using EmbeddingEngine engine = Load(model, "auto");
        Assert.InRange(EmbeddingDriver.Difference(expected, EmbeddingDriver.Embed(engine, input)), 0, Tolerance);
    }

    [Fact]
    public void What_is_no_number_in_one_step_harms_none_after_it()
    {
        using RandomModel model = new(new() { ModelType = "qwen3", Seed = 54, BrokenToken = 96 });
        MakeEmbedder(model);
        using EmbeddingEngine engine = Load(model, "torch");
        float[] before = EmbeddingDriver.Embed(engine, [1, 2, 3]);
        engine.Add(new() { Id = "broken", Inputs = [[.. Enumerable.Repeat(96, 40)]] });
        Assert.IsType<EmbeddingFailedException>(Assert.Single(EmbeddingDriver.Drain(engine)).Failure);
        Assert.Equal(before, EmbeddingDriver.Embed(engine, [1, 2, 3]));
    }

    [Theory]
    [InlineData("use_bidirectional_attention", true, "use_bidirectional_attention = true")]
    [InlineData("is_causal", false, "is_causal = false")]
    public void A_decoder_that_sees_what_follows_is_refused(string setting, bool value, string message)
    {
        using RandomModel model = new(new() { ModelType = "qwen3", Seed = 55, Settings = new Dictionary<string, object?> { [setting] = value } });
        MakeEmbedder(model);
        Assert.Contains(message, Assert.Throws<UnsupportedModelException>(() => Load(model, "auto")).Message, StringComparison.Ordinal);
    }

    /// <summary>The files that sentence-transformers adds to a decoder.</summary>
    private static void MakeEmbedder(RandomModel model)
    {
        Directory.CreateDirectory(Path.Combine(model.Directory, "1_Pooling"));
        File.WriteAllText(Path.Combine(model.Directory, "1_Pooling", "config.json"), JsonSerializer.Serialize(new { pooling_mode_lasttoken = true }));
        File.WriteAllText(Path.Combine(model.Directory, "modules.json"), JsonSerializer.Serialize(
            new[] { ("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize") }
                .Select(module => new { path = module.Item1, type = $"sentence_transformers.models.{module.Item2}" })));
        Assert.True(EmbeddingModels.Contains(model.Directory));
    }

    private static EmbeddingEngine Load(RandomModel model, string kernels) =>
        EmbeddingEngine.Load(new() { ModelDirectory = model.Directory, TokenBudget = 200, Threads = 2, Kernels = kernels });
}
