using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Loop;

public sealed class EngineLoopTests : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 31, Context = 4096 });

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Requests_from_many_threads_give_what_the_engine_alone_gives()
    {
        int[][] prompts = EngineDriver.Prompts(60, 97, 40, 3);
        using InferenceEngine engine = Load();
        Dictionary<string, GenerationResult> expected = EngineDriver.Run(
            engine, [.. prompts.Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 10))]);
        await using EngineLoop loop = new(Load());
        GenerationResult[] results = await Task.WhenAll(prompts.Select((prompt, i) => Task.Run(
            () => loop.GenerateAsync(EngineDriver.Greedy($"{i}", prompt, 10), default))));
        Assert.All(results.Index(), r => Assert.Equal(expected[$"{r.Index}"].Tokens, r.Item.Tokens));
        EngineStatistics statistics = loop.Statistics;
        Assert.Equal((0, 0), (statistics.Running, statistics.Waiting));
        Assert.Equal(statistics.BusySeconds, results.Sum(r => r.DeviceSeconds), 6);
        Assert.Equal(statistics.TotalBlocks, statistics.FreeBlocks + statistics.CachedBlocks);
    }

    [Fact]
    public async Task Cancelling_ends_the_task_with_what_was_done_and_frees_the_blocks()
    {
        await using EngineLoop loop = new(Load());
        using CancellationTokenSource cancel = new();
        Task<GenerationResult> task = loop.GenerateAsync(EngineDriver.Greedy("long", [1, 2, 3], 4000), cancel.Token);
        while (loop.Statistics.DecodeTokens < 3)
        {
            await Task.Delay(5);
        }

        await cancel.CancelAsync();
        GenerationResult result = await task;
        Assert.Equal(FinishReason.Cancelled, result.FinishReason);
        Assert.InRange(result.CompletionTokens, 1, 3999);
        Assert.True(result.DeviceSeconds > 0);
        await loop.GenerateAsync(EngineDriver.Greedy("next", [1], 1), default);
        Assert.Equal(loop.Statistics.TotalBlocks, loop.Statistics.FreeBlocks + loop.Statistics.CachedBlocks);
    }

    [Fact]
    public async Task A_request_cancelled_before_it_is_made_ends_at_once()
    {
        await using EngineLoop loop = new(Load());
        GenerationResult result = await loop.GenerateAsync(EngineDriver.Greedy("a", [1], 4000), new CancellationToken(canceled: true));
        Assert.Equal(FinishReason.Cancelled, result.FinishReason);
    }

    [Fact]
    public async Task A_rejected_request_and_a_doubled_id_throw_and_others_go_on()
    {
        await using EngineLoop loop = new(Load());
        Task<GenerationResult> running = loop.GenerateAsync(EngineDriver.Greedy("a", [1], 200), default);
        using CancellationTokenSource cancel = new();
        Task<GenerationResult> doubled = loop.GenerateAsync(EngineDriver.Greedy("a", [2], 5), cancel.Token);
        RequestRejectedException e = await Assert.ThrowsAsync<RequestRejectedException>(() => doubled);
        Assert.Equal("duplicate_id", e.Code);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RequestRejectedException>(() => loop.GenerateAsync(EngineDriver.Greedy("b", [], 5), default));
        Assert.Equal(FinishReason.Length, (await running).FinishReason);
    }

    [Fact]
    public async Task Disposing_cancels_what_is_not_finished_and_refuses_what_comes_after()
    {
        EngineLoop loop = new(Load());
        Task<GenerationResult> task = loop.GenerateAsync(EngineDriver.Greedy("a", [1], 4000), default);
        await loop.DisposeAsync();
        Assert.Equal(FinishReason.Cancelled, (await task).FinishReason);
        await loop.Completion;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => loop.GenerateAsync(EngineDriver.Greedy("b", [1], 1), default));
        await loop.DisposeAsync();
    }

    [Fact]
    public async Task When_the_engine_fails_every_task_learns_why()
    {
        // The device's memory is gone: no failure of one request.
        InferenceEngine engine = Load();
        engine.Dispose();
        EngineLoop loop = new(engine);
        Task<GenerationResult>[] tasks = [.. Enumerable.Range(0, 5).Select(i => loop.GenerateAsync(EngineDriver.Greedy($"{i}", [1, i + 1], 50), default))];
        foreach (Task<GenerationResult> task in tasks)
        {
            EngineFailedException e = await Assert.ThrowsAsync<EngineFailedException>(() => task);
            Assert.NotNull(e.InnerException);
        }

        await Assert.ThrowsAsync<EngineFailedException>(() => loop.GenerateAsync(EngineDriver.Greedy("late", [1], 1), default));
        await Assert.ThrowsAsync<EngineFailedException>(() => loop.Completion);
        Assert.NotNull(loop.Failure);
        await loop.DisposeAsync();
    }

    private EngineOptions Options() => new() { ModelDirectory = _model.Directory, Threads = 1, KvCacheBytes = 16 << 20 };

    private InferenceEngine Load() => InferenceEngine.Load(Options());
}
