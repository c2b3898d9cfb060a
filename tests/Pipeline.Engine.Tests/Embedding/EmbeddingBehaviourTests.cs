using Pipeline.Engine.Embedding;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Embedding;

public sealed class EmbeddingBehaviourTests : IDisposable
{
    private readonly RandomEncoder _model = new(new() { Seed = 21, BrokenToken = 96 });

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Device_seconds_of_all_requests_sum_to_the_busy_time_cancelled_and_failed_ones_included()
    {
        using EmbeddingEngine engine = Load(budget: 64);
        int[][] inputs = EmbeddingDriver.Inputs(40, 96, 20, 1);
        for (int i = 0; i < 8; i++)
        {
            engine.Add(new() { Id = $"{i}", Inputs = inputs[(i * 5)..((i * 5) + 5)] });
        }

        engine.Add(new() { Id = "broken", Inputs = [[1, 2], [3, 96, 4], [5]] });
        List<Finished<EmbeddingResult>> finished = [.. engine.Step(), .. engine.Step()];
        Assert.True(engine.Cancel("7"));
        finished.AddRange(EmbeddingDriver.Drain(engine));
        Assert.Equal(9, finished.Count);
        Assert.True(finished.Single(f => f.Id == "7").Result.IsCancelled);
        Assert.Empty(finished.Single(f => f.Id == "7").Result.Vectors);
        EmbeddingStatistics statistics = engine.Statistics;
        Assert.True(statistics.BusySeconds > 0);
        Assert.Equal(statistics.BusySeconds, finished.Sum(f => f.Result.DeviceSeconds), 9);
        Assert.Equal((0, 0), (statistics.Running, statistics.WaitingInputs));
    }

    [Fact]
    public void A_request_whose_output_is_not_finite_fails_alone()
    {
        using EmbeddingEngine engine = Load();
        int[] good = [4, 5, 6];
        float[] alone = EmbeddingDriver.Embed(engine, good);
        engine.Add(new() { Id = "good", Inputs = [good] });
        engine.Add(new() { Id = "bad", Inputs = [[1, 2, 3], [7, 96, 8]] });
        List<Finished<EmbeddingResult>> finished = EmbeddingDriver.Drain(engine);
        Assert.Equal(alone, finished.Single(f => f.Id == "good").Result.Vectors.Single());
        EmbeddingFailedException failure = Assert.IsType<EmbeddingFailedException>(finished.Single(f => f.Id == "bad").Failure);
        Assert.Contains("input 1 is not finite", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Result!.DeviceSeconds > 0);
        Assert.Equal(6, failure.Result.PromptTokens);
    }

    [Fact]
    public void Equal_inputs_have_equal_vectors_whatever_they_are_packed_with()
    {
        using EmbeddingEngine engine = Load(budget: 100);
        int[][] inputs = EmbeddingDriver.Inputs(30, 96, 25, 2);
        IReadOnlyList<float[]> vectors = EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "all", Inputs = inputs })["all"].Vectors;
        Assert.All(inputs.Zip(vectors), pair => Assert.InRange(
            EmbeddingDriver.Difference([.. EmbeddingDriver.Embed(engine, pair.First).Select(value => (double)value)], pair.Second), 0, 1e-5));
    }

    [Fact]
    public void An_input_longer_than_the_budget_is_computed_in_a_step_of_its_own()
    {
        using EmbeddingEngine engine = Load(budget: 10);
        int[] longest = [.. Enumerable.Range(0, 80).Select(i => i % 90)];
        EmbeddingResult result = EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "a", Inputs = [longest, [1], [2]] })["a"];
        Assert.Equal(3, result.Vectors.Count);
        Assert.Equal(2, engine.Statistics.Steps);
    }

    [Fact]
    public void Requests_that_cannot_be_run_are_refused_by_name()
    {
        using EmbeddingEngine engine = Load();
        engine.Add(new() { Id = "taken", Inputs = [[1]] });
        Refused("duplicate_id", "id", new() { Id = "taken", Inputs = [[1]] });
        Refused("invalid_value", "input", new() { Id = "a", Inputs = [] });
        Refused("invalid_value", "input", new() { Id = "a", Inputs = [[1], []] });
        Refused("invalid_value", "input", new() { Id = "a", Inputs = [[1], [2, 97]] });
        Refused("invalid_value", "input", new() { Id = "a", Inputs = [[-1]] });
        Refused("invalid_value", "dimensions", new() { Id = "a", Inputs = [[1]], Dimensions = 16 });
        RequestRejectedException tooLong = Refused("context_length_exceeded", "input", new() { Id = "a", Inputs = [[1], new int[81]] });
        Assert.Equal("This model's maximum context length is 80 tokens, but input 1 has 81 tokens.", tooLong.Message);
        Assert.False(engine.Cancel("unknown"));

        RequestRejectedException Refused(string code, string param, EmbeddingRequest request)
        {
            RequestRejectedException e = Assert.Throws<RequestRejectedException>(() => engine.Add(request));
            Assert.Equal((code, param), (e.Code, e.Param));
            return e;
        }
    }

    [Fact]
    public void A_model_that_says_so_has_its_vectors_cut_and_normalised_again()
    {
        using RandomEncoder model = new(new() { Seed = 22, Matryoshka = [8, 16] });
        using EmbeddingEngine engine = EmbeddingEngine.Load(new() { ModelDirectory = model.Directory, Threads = 1 });
        float[] whole = EmbeddingDriver.Embed(engine, [1, 2, 3]);
        float[] cut = EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "a", Inputs = [[1, 2, 3]], Dimensions = 8 })["a"].Vectors.Single();
        Assert.Equal(1, cut.Sum(value => value * value), 5);
        Assert.Equal(1, EmbeddingDriver.Cosine([.. whole[..8].Select(value => (double)value)], cut), 6);
        RequestRejectedException e = Assert.Throws<RequestRejectedException>(() => engine.Add(new() { Id = "b", Inputs = [[1]], Dimensions = 12 }));
        Assert.Contains("may be cut to 8, 16", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_answers_many_threads_and_ends_what_is_cancelled()
    {
        int[][] inputs = EmbeddingDriver.Inputs(50, 96, 30, 3);
        using EmbeddingEngine engine = Load();
        float[][] expected = [.. inputs.Select(input => EmbeddingDriver.Embed(engine, input))];
        await using EmbeddingLoop loop = new(Load());
        EmbeddingResult[] results = await Task.WhenAll(inputs.Select((input, i) => Task.Run(() => loop.EmbedAsync(new() { Id = $"{i}", Inputs = [input] }, default))));
        Assert.All(expected.Zip(results), pair => Assert.InRange(
            EmbeddingDriver.Difference([.. pair.First.Select(value => (double)value)], pair.Second.Vectors.Single()), 0, 1e-5));
        Assert.Equal(loop.Statistics.BusySeconds, results.Sum(result => result.DeviceSeconds), 9);
        EmbeddingResult cancelled = await loop.EmbedAsync(new() { Id = "c", Inputs = [[1]] }, new CancellationToken(canceled: true));
        Assert.True(cancelled.IsCancelled);
        await Assert.ThrowsAsync<EmbeddingFailedException>(() => loop.EmbedAsync(new() { Id = "d", Inputs = [[96]] }, default));
        await Assert.ThrowsAsync<RequestRejectedException>(() => loop.EmbedAsync(new() { Id = "e", Inputs = [] }, default));
    }

    private EmbeddingEngine Load(int? budget = null) =>
        EmbeddingEngine.Load(new() { ModelDirectory = _model.Directory, TokenBudget = budget, Threads = 1 });
}
