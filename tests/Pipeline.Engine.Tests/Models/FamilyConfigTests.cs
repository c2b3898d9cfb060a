using System.Text.Json.Nodes;
using Pipeline.Engine.Models;
using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Tests.Models;

/// <summary>What the families' configurations say, as they are published.</summary>
public sealed class FamilyConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Qwen_with_its_switch_off_sees_everything_whatever_its_window_says()
    {
        ModelConfig model = Read(Llama("qwen2"), ("use_sliding_window", false), ("sliding_window", 131072), ("max_window_layers", 2));
        Assert.Equal([null], model.Windows);
        Assert.True(model.QueryKeyValueBias);
        Assert.False(model.OutputBias);
    }

    [Fact]
    public void Qwens_first_layers_see_everything_and_the_later_ones_a_window()
    {
        ModelConfig model = Read(Llama("qwen2"), ("use_sliding_window", true), ("sliding_window", 100), ("max_window_layers", 1));
        Assert.Equal([null, 100], Enumerable.Range(0, 2).Select(layer => model.LayerAt(layer).Window));
    }

    [Fact]
    public void Gemma_3_fills_in_what_its_nested_configuration_leaves_out()
    {
        // As google/gemma-3-4b-it has it.
        ModelConfig model = Read("""
            {
              "model_type": "gemma3", "eos_token_id": [1, 106], "vision_config": {"hidden_size": 1152},
              "text_config": {
                "model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
                "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024
              }
            }
            """);
        Assert.Equal((8, 4, 256, 262208, 131072), (model.Heads, model.KeyValueHeads, model.HeadSize, model.VocabularySize, model.ContextLength));
        Assert.Equal([1024, 1024, 1024, 1024, 1024, null, 1024], Enumerable.Range(0, 7).Select(layer => model.LayerAt(layer).Window));
        Assert.Equal((1e6, 1e4), (model.Ropes[0].Theta, model.Ropes[model.LayerAt(0).Rope].Theta));
        Assert.Equal((new LinearScaling(8), null), (model.Ropes[0].Scaling, model.Ropes[1].Scaling));
        Assert.Equal((1 / 16.0, null, null), (model.AttentionScale, model.AttentionCap, model.LogitCap));
        Assert.True(model.TiedEmbeddings && model.NormOffset && model.HasHeadNorms);
        Assert.Equal([1, 106], model.EndTokens);
    }

    [Fact]
    public void Phi_4_mini_turns_three_quarters_of_a_head_by_frequencies_for_short_and_long_sequences()
    {
        JsonArray Factors(double factor) => [.. Enumerable.Range(0, 48).Select(i => JsonValue.Create(factor + i))];
        ModelConfig model = Read(
            Llama("phi3"), ("head_dim", null), ("hidden_size", 3072), ("num_attention_heads", 24), ("max_position_embeddings", 131072),
            ("partial_rotary_factor", 0.75), ("original_max_position_embeddings", 4096),
            ("rope_scaling", new JsonObject { ["type"] = "longrope", ["short_factor"] = Factors(1), ["long_factor"] = Factors(2) }));
        Assert.Equal((128, 96, 4096), (model.HeadSize, model.RotaryDimensions, model.StretchedFrom));
        Assert.Equal(Math.Sqrt(1 + (Math.Log(32) / Math.Log(4096))), model.Ropes[0].Magnitude, 12);
        Assert.Equal((1, 0.5), (model.Ropes[0].Frequencies()[0], model.Ropes[0].StretchedFrequencies()![0]));
    }

    [Fact]
    public void A_mixture_has_dense_layers_where_it_says_so()
    {
        ModelConfig model = Read(
            Llama("qwen3_moe"), ("num_experts", 8), ("num_experts_per_tok", 2), ("moe_intermediate_size", 32), ("decoder_sparse_step", 2),
            ("num_hidden_layers", 6), ("mlp_only_layers", new JsonArray(3)));
        Assert.Equal([false, true, false, false, false, true], Enumerable.Range(0, 6).Select(layer => model.LayerAt(layer).IsMixture));
        Assert.Equal(new MixtureConfig(8, 2, 32, Normalised: false), model.Mixture);
    }

    [Theory]
    [InlineData("phi3", "rope_scaling", "{\"type\": \"yarn\", \"factor\": 4}", "longrope")]
    [InlineData("phi3", "rope_scaling", "{\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1], \"original_max_position_embeddings\": 64}", "short_factor")]
    [InlineData("phi3", "partial_rotary_factor", "0.4", "partial_rotary_factor")]
    [InlineData("mistral", "hidden_act", "\"relu\"", "hidden_act")]
    [InlineData("mistral", "sliding_window", "0", "sliding_window")]
    [InlineData("qwen3", "layer_types", "[\"linear_attention\", \"full_attention\"]", "linear_attention")]
    [InlineData("qwen3", "layer_types", "[\"full_attention\"]", "layer_types")]
    [InlineData("qwen2", "rope_scaling", "{\"rope_type\": \"yarn\", \"factor\": 4, \"mscale\": 1}", "mscale")]
    [InlineData("gemma2", "hidden_activation", "\"gelu\"", "hidden_activation")]
    [InlineData("gemma2", "use_bidirectional_attention", "true", "use_bidirectional_attention")]
    [InlineData("mixtral", "num_experts_per_tok", "9", "num_experts_per_tok")]
    [InlineData("qwen2_moe", "hidden_act", "\"silu\"", "supported are llama, mistral")]
    public void What_would_be_computed_wrongly_is_refused_by_name(string type, string setting, string value, string word)
    {
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(
            () => Read(Llama(type), ("num_local_experts", 4), ("num_experts_per_tok", 2), (setting, JsonNode.Parse(value))));
        Assert.Contains(word, e.Message, StringComparison.Ordinal);
    }

    private static string Llama(string type) => $$"""
        {
          "model_type": "{{type}}", "hidden_act": "silu", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
          "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 8, "vocab_size": 100, "max_position_embeddings": 256,
          "rms_norm_eps": 1e-5, "rope_theta": 10000.0
        }
        """;

    private ModelConfig Read(string json, params (string Name, JsonNode? Value)[] changes)
    {
        JsonObject config = JsonNode.Parse(json)!.AsObject();
        foreach ((string name, JsonNode? value) in changes)
        {
            config[name] = value;
        }

        File.WriteAllText(Path.Combine(_directory, "config.json"), config.ToJsonString());
        return ModelConfigReader.Read(_directory);
    }
}
