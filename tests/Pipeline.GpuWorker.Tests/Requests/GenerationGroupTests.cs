using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;

namespace Pipeline.GpuWorker.Tests.Requests;

public sealed class GenerationGroupTests
{
    private readonly Dictionary<string, TaskCompletionSource<GenerationResult>> _running = [];
    private readonly List<string> _givenUp = [];

    [Fact]
    public async Task Results_come_in_the_order_of_the_requests_whoever_ends_first()
    {
        Task<GenerationGroup> group = RunAsync("a", "b");
        _running["b"].SetResult(Result("second"));
        _running["a"].SetResult(Result("first"));
        Assert.Equal(["first", "second"], (await group).Results.Select(result => result.Text));
        Assert.Null((await group).Error);
        Assert.False((await group).IsCancelled);
    }

    [Fact]
    public async Task When_one_fails_the_others_are_given_up_and_what_they_took_is_kept()
    {
        Task<GenerationGroup> group = RunAsync("a", "b");
        _running["b"].SetException(new RequestRejectedException("invalid_value", "prompt", "no"));
        GenerationGroup ended = await group;
        Assert.Equal(["a", "b"], _givenUp.Order());
        Assert.Equal((400, "prompt"), (ended.Error!.Status, ended.Error.Param));
        Assert.Equal(FinishReason.Cancelled, Assert.Single(ended.Results).FinishReason);
        Assert.False(ended.IsCancelled);
    }

    [Fact]
    public async Task A_failure_inside_the_engine_is_the_servers()
    {
        Task<GenerationGroup> group = RunAsync("a");
        _running["a"].SetException(new SequenceFailedException("broken"));
        Assert.Equal((500, "broken"), ((await group).Error!.Status, (await group).Error!.Message));
    }

    [Fact]
    public async Task The_engines_own_failure_is_passed_on()
    {
        Task<GenerationGroup> group = RunAsync("a", "b");
        _running["a"].SetException(new EngineFailedException("dead", new InvalidOperationException()));
        await Assert.ThrowsAsync<EngineFailedException>(() => group);
    }

    [Fact]
    public async Task What_nobody_wants_any_more_is_cancelled()
    {
        using CancellationTokenSource giveUp = new();
        Task<GenerationGroup> group = RunAsync(["a", "b"], giveUp.Token);
        _running["a"].SetResult(Result("done"));
        await giveUp.CancelAsync();
        Assert.True((await group).IsCancelled);
        Assert.Equal(2, (await group).Results.Count);
    }

    private Task<GenerationGroup> RunAsync(params string[] ids) => RunAsync(ids, CancellationToken.None);

    private Task<GenerationGroup> RunAsync(string[] ids, CancellationToken cancellationToken) =>
        GenerationGroup.RunAsync([.. ids.Select(id => new GenerationRequest { Id = id, Prompt = [1] })], GenerateAsync, cancellationToken);

    /// <summary>In the engine's place: ends when the test says so, or as cancelled.</summary>
    private Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        TaskCompletionSource<GenerationResult> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[request.Id] = result;
        cancellationToken.Register(() =>
        {
            _givenUp.Add(request.Id);
            result.TrySetResult(Result("") with { FinishReason = FinishReason.Cancelled });
        });
        return result.Task;
    }

    private static GenerationResult Result(string text) => new()
    {
        Tokens = [1], Text = text, FinishReason = FinishReason.Stop, PromptTokens = 1, CachedTokens = 0, QueueSeconds = 0, PrefillSeconds = 0, DecodeSeconds = 0,
    };
}
