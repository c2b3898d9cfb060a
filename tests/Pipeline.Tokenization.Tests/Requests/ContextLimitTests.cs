using Pipeline.Tokenization.Requests;

namespace Pipeline.Tokenization.Tests.Requests;

public sealed class ContextLimitTests
{
    [Theory]
    [InlineData("""{"max_position_embeddings":512}""", 512)]
    [InlineData("""{"max_position_embeddings":"512"}""", null)]
    [InlineData("""{"max_position_embeddings":0}""", null)]
    [InlineData("""{"text_config":{"max_position_embeddings":512}}""", null)]
    [InlineData("[]", null)]
    public void The_limit_is_what_the_models_configuration_says(string config, int? tokens)
    {
        using TokenizerFixture model = new TokenizerFixture().WithFile("config.json", config);
        Assert.Equal(tokens, ContextLimit.Find(model.Path)?.Tokens);
    }

    [Fact]
    public void A_model_without_a_configuration_has_no_limit_that_is_known()
    {
        using TokenizerFixture model = new();
        Assert.Null(ContextLimit.Find(model.Path));
    }

    [Fact]
    public void A_configuration_that_is_no_JSON_is_named()
    {
        using TokenizerFixture model = new TokenizerFixture().WithFile("config.json", "{");
        Assert.Contains("config.json", Assert.Throws<InvalidDataException>(() => ContextLimit.Find(model.Path)).Message);
    }
}
