using Pipeline.Engine.Embedding;
using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Embedding;

/// <summary>Vectors of encoders with random weights against the float64 reference.</summary>
public sealed class EncoderEqualsReferenceTests
{
    // Of values of about 1: rounding of float32 over the layers, far below what a wrong row, mask or position would do.
    private const double Float32Tolerance = 2e-5;

    private static readonly Dictionary<string, EncoderShape> Shapes = new()
    {
        ["bert"] = new() { Seed = 11 },
        ["bert with its own name in front, cls"] = new() { Prefix = "bert.", Pooling = "cls_token", Heads = 2, Width = 48, Seed = 12 },
        ["xlm-roberta"] = new() { ModelType = "xlm-roberta", PadToken = 1, TokenTypes = 1, Epsilon = 1e-5, Seed = 13 },
        ["roberta with its own name in front, not normalised"] = new()
        {
            ModelType = "roberta", Prefix = "roberta.", PadToken = 1, TokenTypes = 1, Epsilon = 1e-5, Normalised = false, Seed = 14,
        },
        ["deep"] = new() { Layers = 6, Width = 64, Intermediate = 160, Heads = 8, Seed = 15 },
    };

    public static TheoryData<string> ShapeNames => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Alone_each_input_has_the_references_vector(string shape)
    {
        using RandomEncoder model = new(Shapes[shape]);
        ReferenceEncoder reference = new(model.Directory);
        using EmbeddingEngine engine = Load(model);
        foreach (int[] tokens in EmbeddingDriver.Inputs(5, model.Shape.Vocabulary, 40, 1).Append([7]))
        {
            float[] vector = EmbeddingDriver.Embed(engine, tokens);
            double[] expected = reference.Vector(tokens, model.Shape.Pooling!, model.Shape.Normalised);
            Assert.InRange(EmbeddingDriver.Difference(expected, vector), 0, Float32Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Packed_with_others_of_all_lengths_each_input_has_the_references_vector(string shape)
    {
        using RandomEncoder model = new(Shapes[shape]);
        ReferenceEncoder reference = new(model.Directory);
        using EmbeddingEngine engine = Load(model, budget: 200);
        int[][] inputs = EmbeddingDriver.Inputs(60, model.Shape.Vocabulary, 30, 2);
        EmbeddingRequest[] requests = [.. inputs.Chunk(7).Select((chunk, i) => new EmbeddingRequest { Id = $"{i}", Inputs = chunk })];
        Dictionary<string, EmbeddingResult> results = EmbeddingDriver.Run(engine, requests);
        foreach (EmbeddingRequest request in requests)
        {
            Assert.All(request.Inputs.Zip(results[request.Id].Vectors), pair => Assert.InRange(
                EmbeddingDriver.Difference(reference.Vector(pair.First, model.Shape.Pooling!, model.Shape.Normalised), pair.Second), 0, Float32Tolerance));
            Assert.Equal(request.Inputs.Sum(input => input.Length), results[request.Id].PromptTokens);
        }

        Assert.InRange(engine.Statistics.Steps, 2, 60);
    }

    [Theory]
    [InlineData("cls_token")]
    [InlineData("lasttoken")]
    [InlineData("mean_tokens")]
    [InlineData("mean_sqrt_len_tokens")]
    [InlineData("max_tokens")]
    [InlineData("weightedmean_tokens")]
    public void Every_kind_of_pooling_is_that_of_sentence_transformers(string pooling)
    {
        using RandomEncoder model = new(new() { Pooling = pooling, Normalised = false, Seed = 16 });
        ReferenceEncoder reference = new(model.Directory);
        using EmbeddingEngine engine = Load(model);
        int[][] inputs = [.. EmbeddingDriver.Inputs(12, 97, 9, 3), [5], [6, 7]];
        IReadOnlyList<float[]> vectors = EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "a", Inputs = inputs })["a"].Vectors;
        Assert.All(inputs.Zip(vectors), pair => Assert.InRange(
            EmbeddingDriver.Difference(reference.Vector(pair.First, pooling, normalised: false), pair.Second), 0, 5 * Float32Tolerance));
    }

    /// <summary>By the angle between vectors: what a search over them sees of the rounding.</summary>
    [Theory]
    [InlineData("bfloat16", ScalarType.BFloat16, 0.999)]
    [InlineData("int8", ScalarType.BFloat16, 0.998)]
    [InlineData("float32", ScalarType.BFloat16, 0.9999999)]
    [InlineData("float32", ScalarType.Float16, 0.9999999)]
    public void Narrower_types_keep_the_references_direction(string dtype, ScalarType storedAs, double cosine)
    {
        using RandomEncoder model = new(new() { Width = 128, Intermediate = 256, Heads = 4, Layers = 3, Seed = 17 }, storedAs);
        ReferenceEncoder reference = new(model.Directory);
        using EmbeddingEngine engine = Load(model, dtype: dtype);
        int[][] inputs = EmbeddingDriver.Inputs(10, 97, 30, 4);
        IReadOnlyList<float[]> vectors = EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "a", Inputs = inputs })["a"].Vectors;
        Assert.All(inputs.Zip(vectors), pair => Assert.InRange(
            EmbeddingDriver.Cosine(reference.Vector(pair.First, "mean_tokens", normalised: true), pair.Second), cosine, 1 + 1e-6));
    }

    private static EmbeddingEngine Load(RandomEncoder model, int? budget = null, string dtype = "float32") =>
        EmbeddingEngine.Load(new() { ModelDirectory = model.Directory, TokenBudget = budget, Dtype = dtype, Threads = 2 });
}
