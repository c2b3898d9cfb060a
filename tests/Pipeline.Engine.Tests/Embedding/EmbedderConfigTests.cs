using Pipeline.Engine.Embedding;
using Pipeline.Engine.Embedding.Pooling;
using Pipeline.Engine.Models;
using Pipeline.Engine.Tests.Support;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Engine.Tests.Embedding;

public sealed class EmbedderConfigTests
{
    [Fact]
    public void The_longest_input_is_what_sentence_transformers_say_else_the_tokenizer_and_never_beyond_the_position_table()
    {
        Assert.Equal(24, Longest(new() { MaxSequenceLength = 24 }));
        Assert.Equal(80, Longest(new() { MaxSequenceLength = 500 }));
        Assert.Equal(80, Longest(new()));
        Assert.Equal(78, Longest(new() { ModelType = "xlm-roberta", PadToken = 1, TokenTypes = 1 }));
        Assert.Equal(33, Longest(new(), model => model.Write("tokenizer_config.json", new { model_max_length = 33 })));
        Assert.Equal(80, Longest(new(), model => model.Write("tokenizer_config.json", new { model_max_length = 1e30 })));
    }

    [Fact]
    public void Without_modules_the_mean_and_length_1_are_assumed_and_that_is_said()
    {
        using RandomEncoder model = new(new() { Pooling = null });
        using EmbeddingEngine engine = Load(model);
        Assert.Equal((PoolingMode.Mean, true), (engine.Config.Pooling, engine.Config.Normalised));
        Assert.Contains("no modules.json", engine.Config.Assumption, StringComparison.Ordinal);
        using RandomEncoder said = new(new() { Pooling = "cls_token", Normalised = false });
        using EmbeddingEngine other = Load(said);
        Assert.Equal((PoolingMode.Cls, false, null), (other.Config.Pooling, other.Config.Normalised, other.Config.Assumption));
    }

    [Fact]
    public void A_model_that_declares_no_lengths_may_be_cut_to_any()
    {
        using RandomEncoder model = new(new());
        Dictionary<string, object?> config = RandomEncoder.Config(model.Shape);
        config["is_matryoshka"] = true;
        model.Write("config.json", config);
        using EmbeddingEngine engine = Load(model);
        Assert.Equal(Enumerable.Range(1, 32), engine.Config.Matryoshka);
    }

    [Theory]
    [InlineData("model_type", "nomic_bert", "model_type = nomic_bert")]
    [InlineData("hidden_act", "gelu_new", "hidden_act = gelu_new")]
    [InlineData("position_embedding_type", "relative_key", "position_embedding_type = relative_key")]
    [InlineData("is_decoder", true, "is_decoder = true")]
    [InlineData("architectures", new[] { "BertForSequenceClassification" }, "architectures = BertForSequenceClassification")]
    [InlineData("num_attention_heads", 5, "no multiple of num_attention_heads")]
    [InlineData("hidden_size", null, "hidden_size is missing")]
    public void What_would_be_computed_wrongly_is_refused_by_name(string setting, object? value, string message)
    {
        using RandomEncoder model = new(new());
        Dictionary<string, object?> config = RandomEncoder.Config(model.Shape);
        config[setting] = value;
        model.Write("config.json", config);
        Assert.Contains(message, Refusal(model), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", "BertModel", false, true)]
    [InlineData("xlm-roberta", "XLMRobertaModel", false, true)]
    [InlineData("qwen3", "Qwen3ForCausalLM", true, true)]
    [InlineData("mistral", "MistralModel", false, true)]
    [InlineData("qwen3", "Qwen3ForCausalLM", false, false)]
    [InlineData("llama", null, false, false)]
    public void A_directory_says_whether_its_model_embeds_or_generates(string type, string? architecture, bool modules, bool embeds)
    {
        using RandomEncoder model = new(new() { Pooling = modules ? "lasttoken" : null });
        model.Write("config.json", new { model_type = type, architectures = architecture is null ? null : new[] { architecture } });
        Assert.Equal(embeds, EmbeddingModels.Contains(model.Directory));
    }

    [Fact]
    public void A_directory_without_a_readable_configuration_is_left_to_the_loader_of_generating_models()
    {
        using RandomEncoder model = new(new() { Pooling = null });
        File.WriteAllText(Path.Combine(model.Directory, "config.json"), "{");
        Assert.False(EmbeddingModels.Contains(model.Directory));
        File.Delete(Path.Combine(model.Directory, "config.json"));
        Assert.False(EmbeddingModels.Contains(model.Directory));
    }

    [Fact]
    public void A_module_or_pooling_that_is_not_known_is_refused_by_name()
    {
        using RandomEncoder model = new(new());
        model.Write("1_Pooling/config.json", new { pooling_mode_cls_token = true, pooling_mode_mean_tokens = true });
        Assert.Contains("Cls and Mean", Refusal(model), StringComparison.Ordinal);
        model.Write("1_Pooling/config.json", new { pooling_mode = "attention" });
        Assert.Contains("none that is known", Refusal(model), StringComparison.Ordinal);
        model.Write("modules.json", new[] { new { path = "2_Dense", type = "sentence_transformers.models.Dense" } });
        Assert.Contains("sentence_transformers.models.Dense is not supported", Refusal(model), StringComparison.Ordinal);
        model.Write("modules.json", new[] { new { path = "", type = "sentence_transformers.models.Transformer" } });
        Assert.Contains("no module Pooling", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_pooling_module_is_read_by_its_name()
    {
        using RandomEncoder model = new(new());
        model.Write("1_Pooling/config.json", new { pooling_mode = "lasttoken" });
        using EmbeddingEngine engine = Load(model);
        Assert.Equal(PoolingMode.LastToken, engine.Config.Pooling);
    }

    private static int Longest(EncoderShape shape, Action<RandomEncoder>? change = null)
    {
        using RandomEncoder model = new(shape);
        change?.Invoke(model);
        using EmbeddingEngine engine = Load(model);
        // What the API checks by, which knows no engine.
        Assert.Equal(engine.Config.MaxTokens, EmbeddingLimit.Find(model.Directory));
        return engine.Config.MaxTokens;
    }

    private static string Refusal(RandomEncoder model) => Assert.Throws<UnsupportedModelException>(() => Load(model)).Message;

    private static EmbeddingEngine Load(RandomEncoder model) => EmbeddingEngine.Load(new() { ModelDirectory = model.Directory, Threads = 1 });
}
