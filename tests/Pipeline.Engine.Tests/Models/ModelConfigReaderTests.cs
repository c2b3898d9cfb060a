using System.Text.Json.Nodes;
using Pipeline.Engine.Models;
using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Tests.Models;

public sealed class ModelConfigReaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_plain_configuration_is_read_with_its_defaults()
    {
        ModelConfig config = Read(json => json.Remove("head_dim"));
        Assert.Equal((64, 8, 4, 2, 8), (config.HiddenSize, config.Heads, config.KeyValueHeads, config.Layers, config.HeadSize));
        Assert.Equal((2, 10000.0, 8, null), (config.Group, config.Ropes[0].Theta, config.Ropes[0].Dimensions, config.Ropes[0].Scaling));
        Assert.False(config.TiedEmbeddings || config.QueryKeyValueBias || config.OutputBias);
        Assert.Equal([2], config.EndTokens);
    }

    [Fact]
    public void Head_width_ties_biases_and_lists_of_end_tokens_are_read()
    {
        ModelConfig config = Read(json =>
        {
            json["head_dim"] = 16;
            json["tie_word_embeddings"] = true;
            json["attention_bias"] = true;
            json["eos_token_id"] = new JsonArray(5, 6);
        });
        Assert.Equal(16, config.HeadSize);
        Assert.True(config.TiedEmbeddings && config.QueryKeyValueBias && config.OutputBias);
        Assert.Equal([5, 6], config.EndTokens);
    }

    [Fact]
    public void The_generation_configuration_has_the_last_word_on_end_tokens()
    {
        File.WriteAllText(Path.Combine(_directory, "generation_config.json"), """{"eos_token_id": [7, 8]}""");
        Assert.Equal([7, 8], Read(_ => { }).EndTokens);
    }

    [Fact]
    public void Rotary_settings_are_read_in_the_old_place_and_the_new()
    {
        JsonObject Scaling() => new()
        {
            ["rope_type"] = "llama3", ["factor"] = 32.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0,
            ["original_max_position_embeddings"] = 8192,
        };
        Llama3Scaling expected = new(32, 1, 4, 8192);
        Assert.Equal(expected, Read(json => json["rope_scaling"] = Scaling()).Ropes[0].Scaling);
        ModelConfig renewed = Read(json =>
        {
            json.Remove("rope_theta");
            json["rope_parameters"] = Scaling();
            json["rope_parameters"]!["rope_theta"] = 500000.0;
        });
        Assert.Equal((expected, 500000.0), (renewed.Ropes[0].Scaling, renewed.Ropes[0].Theta));
    }

    [Fact]
    public void Scaling_slows_low_frequencies_keeps_high_ones_and_blends_between()
    {
        Llama3Scaling scaling = new(8, 1, 4, 8192);
        Assert.Equal(1, scaling.Apply(1));
        Assert.Equal(1e-6 / 8, scaling.Apply(1e-6), 15);
        double middle = 2 * Math.PI / 4096;
        Assert.InRange(scaling.Apply(middle), middle / 8, middle);
    }

    [Theory]
    [InlineData("model_type", "\"gpt2\"")]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("rope_scaling", "{\"rope_type\": \"dynamic\", \"factor\": 4}")]
    [InlineData("quantization_config", "{\"bits\": 4}")]
    [InlineData("mlp_bias", "true")]
    [InlineData("rope_scaling", "{\"type\": \"dynamic\", \"factor\": 4}")]
    [InlineData("hidden_size", "\"wide\"")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("head_dim", "7")]
    [InlineData("num_hidden_layers", "0")]
    [InlineData("vocab_size", "null")]
    public void What_the_engine_does_not_do_is_refused_by_name(string setting, string value)
    {
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => Read(json => json[setting] = JsonNode.Parse(value)));
        Assert.Contains(setting == "rope_scaling" ? "dynamic" : setting, e.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_without_a_configuration_and_a_broken_one_are_refused()
    {
        Assert.Throws<UnsupportedModelException>(() => ModelConfigReader.Read(_directory));
        File.WriteAllText(Path.Combine(_directory, "config.json"), "{");
        Assert.Throws<UnsupportedModelException>(() => ModelConfigReader.Read(_directory));
    }

    private ModelConfig Read(Action<JsonObject> change)
    {
        JsonObject json = new()
        {
            ["model_type"] = "llama", ["hidden_act"] = "silu", ["hidden_size"] = 64, ["intermediate_size"] = 128,
            ["num_hidden_layers"] = 2, ["num_attention_heads"] = 8, ["num_key_value_heads"] = 4, ["head_dim"] = 8,
            ["vocab_size"] = 100, ["max_position_embeddings"] = 256, ["rms_norm_eps"] = 1e-5, ["rope_theta"] = 10000.0,
            ["eos_token_id"] = 2, ["rope_scaling"] = null,
        };
        change(json);
        File.WriteAllText(Path.Combine(_directory, "config.json"), json.ToJsonString());
        return ModelConfigReader.Read(_directory);
    }
}
