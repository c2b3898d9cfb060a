using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Support;
using Pipeline.Benchmarks.Tests.Support;
using Pipeline.Engine;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Tests.RandomModels;

public sealed class RandomModelTests(SmallModel model) : IClassFixture<SmallModel>
{
    [Fact]
    public void The_configuration_says_the_shape()
    {
        ModelConfig config = ModelConfigReader.Read(model.Directory);
        Assert.Equal(
            (64, 2, 4, 2, 16, 96, 1000, 256),
            (config.HiddenSize, config.Layers, config.Heads, config.KeyValueHeads, config.HeadSize, config.IntermediateSize, config.VocabularySize, config.ContextLength));
    }

    [Fact]
    public void The_same_shape_gives_the_same_files()
    {
        using var again = new SmallModel();
        Assert.All(
            Directory.GetFiles(model.Directory), file =>
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(again.Directory, Path.GetFileName(file)))));
    }

    [Fact]
    public void The_tokenizer_has_a_token_for_every_id_and_finds_the_words_it_is_made_of()
    {
        Assert.Equal(1000, MadeUpTokenizer.Tokens(1000).Distinct().Count());
        using InferenceEngine engine = InferenceEngine.Load(new EngineOptions { ModelDirectory = model.Directory, BlockCount = 4 });
        int[] tokens = engine.Tokenizer.Encode("ab?", addSpecialTokens: false);
        Assert.Equal([3 + 256 + 1, 3 + '?' - '!' + 33], tokens);
        Assert.Equal("ab?", engine.Tokenizer.Decode(tokens, skipSpecial: false));
    }

    [Fact]
    public void A_model_that_is_neither_a_directory_nor_a_shape_is_refused_by_name() =>
        Assert.Contains("no-such-model", Assert.Throws<BenchmarkException>(() => RandomModel.Find("no-such-model")).Message, StringComparison.Ordinal);
}
