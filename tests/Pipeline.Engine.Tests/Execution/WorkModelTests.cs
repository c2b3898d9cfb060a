using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Tests.Execution;

public sealed class WorkModelTests
{
    private static readonly ModelConfig Plain = new()
    {
        HiddenSize = 10, IntermediateSize = 20, Layers = 2, Heads = 3, KeyValueHeads = 1, HeadSize = 4, VocabularySize = 50,
        ContextLength = 100, NormEpsilon = 1e-5, Ropes = [new() { Theta = 10000, Dimensions = 4 }],
    };

    [Fact]
    public void Every_token_passes_the_projections_and_attends_to_all_before_it() =>
        Assert.Equal(3 * 2 * ((10 * 4 * 8) + (3 * 10 * 20)) + ((5 + 6 + 7) * 2 * 2 * 12), Work(Plain, start: 4, count: 3));

    [Fact]
    public void A_window_ends_what_a_token_attends_to_in_the_layers_that_have_it()
    {
        ModelConfig local = Plain with { LayerPattern = [new() { Window = 6 }, LayerConfig.Plain] };
        Assert.Equal(Work(Plain, 4, 3) - (1 * 2 * 12), Work(local, 4, 3));
    }

    [Fact]
    public void Of_a_mixture_the_experts_that_a_token_passes_count_and_the_router()
    {
        ModelConfig mixture = Plain with
        {
            Mixture = new MixtureConfig(8, 2, 7, Normalised: true), LayerPattern = [LayerConfig.Plain, new() { IsMixture = true }],
        };
        Assert.Equal(Work(Plain, 4, 3) - (3 * 3 * 10 * 20) + (3 * 10 * (8 + (3 * 2 * 7))), Work(mixture, 4, 3));
    }

    // The last of more tokens: none is chosen.
    private static double Work(ModelConfig model, int start, int count) =>
        new WorkModel(model).Of(new PlannedChunk(new Sequence("", [.. Enumerable.Repeat(1, start + count + 1)], 1, ""), start, count));
}
