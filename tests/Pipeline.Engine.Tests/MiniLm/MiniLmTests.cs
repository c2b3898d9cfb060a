using System.Text.Json;
using Pipeline.Engine.Embedding;
using Pipeline.Engine.Tests.Support;
using Pipeline.Tokenization;

namespace Pipeline.Engine.Tests.MiniLm;

/// <summary>
/// A real embedding model against vectors that ONNX Runtime computed from the model's own export (tests/goldens/minilm/record.cs).
/// </summary>
public sealed class MiniLmTests(MiniLmModel model) : IClassFixture<MiniLmModel>
{
    private sealed record Case(string Text, int[] Tokens, double[] Vector);

    private static readonly Case[] Cases = JsonSerializer.Deserialize<Case[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Goldens", "minilm.json")), JsonSerializerOptions.Web)!;

    [Fact]
    public void Its_vectors_are_those_that_ONNX_Runtime_computes()
    {
        Assert.Equal(9, Cases.Length);
        IReadOnlyList<float[]> vectors = Embed("float32");
        Assert.All(Cases.Zip(vectors), pair => Assert.InRange(EmbeddingDriver.Difference(pair.First.Vector, pair.Second), 0, 1e-6));
    }

    /// <summary>The ids were recorded from FastBertTokenizer.</summary>
    [Fact]
    public void Its_tokenizer_gives_the_recorded_tokens()
    {
        Tokenizer tokenizer = Tokenizer.Load(model.Directory);
        Assert.All(Cases, one => Assert.Equal(one.Tokens, tokenizer.Encode(one.Text, addSpecialTokens: true)));
        Assert.Equal([102], tokenizer.ClosingTokens);
    }

    [Theory]
    [InlineData("bfloat16", 0.999)]
    [InlineData("int8", 0.998)]
    public void Narrower_types_keep_their_direction(string dtype, double cosine) =>
        Assert.All(Cases.Zip(Embed(dtype)), pair => Assert.InRange(EmbeddingDriver.Cosine(pair.First.Vector, pair.Second), cosine, 1 + 1e-6));

    [Fact]
    public void Its_longest_input_is_the_one_that_it_was_trained_for()
    {
        using EmbeddingEngine engine = Load("float32");
        Assert.Equal((384, 256), (engine.Config.Width, engine.Config.MaxTokens));
    }

    private IReadOnlyList<float[]> Embed(string dtype)
    {
        using EmbeddingEngine engine = Load(dtype);
        return EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "a", Inputs = [.. Cases.Select(one => one.Tokens)] })["a"].Vectors;
    }

    private EmbeddingEngine Load(string dtype) => EmbeddingEngine.Load(new() { ModelDirectory = model.Directory, Dtype = dtype });
}
