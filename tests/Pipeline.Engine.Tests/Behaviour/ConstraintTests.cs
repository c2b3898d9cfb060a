using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Behaviour;

/// <summary>What the engine does with a constraint, whatever it is made of.</summary>
public sealed class ConstraintTests : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 23, EndTokens = [96] });

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Every_token_is_allowed_by_what_came_before_it(int stepsAhead)
    {
        // Each token is one or two above the one before, until the end is all that is left.
        ListedTokens rising = new(tokens => tokens.Count == 12 ? [96] : [Last(tokens) + 1, Last(tokens) + 2]);
        using InferenceEngine engine = InferenceEngine.Load(
            new() { ModelDirectory = _model.Directory, StepsAhead = stepsAhead, Threads = 1, BlockSize = 4, BlockCount = 60 });
        GenerationRequest[] requests = [.. EngineDriver.Prompts(30, 97, 30, 5).Select((prompt, i) =>
            EngineDriver.Greedy($"{i}", prompt, 20) with
            {
                Constraint = i % 3 == 0 ? null : rising,
                IgnoreEndTokens = i % 2 == 0,
                Sampling = new() { Temperature = i % 4, Seed = i },
            })];
        Dictionary<string, GenerationResult> results = EngineDriver.Run(engine, requests);
        foreach (GenerationRequest request in requests.Where(request => request.Constraint is not null))
        {
            GenerationResult result = results[request.Id];
            Assert.Equal((13, FinishReason.Stop, 96), (result.CompletionTokens, result.FinishReason, result.Tokens[^1]));
            Assert.All(result.Tokens.Take(12).Select((token, i) => token - (i == 0 ? 0 : result.Tokens[i - 1])), step => Assert.InRange(step, 1, 2));
        }

        Assert.True(engine.Statistics.Preemptions > 0);
    }

    [Fact]
    public void A_constrained_request_gets_the_same_tokens_alone_and_a_step_ahead()
    {
        ListedTokens even = new(tokens => [.. Enumerable.Range(0, 48).Select(i => (2 * i) + (tokens.Count % 2))]);
        GenerationRequest[] requests = [.. EngineDriver.Prompts(12, 97, 30, 5).Select((prompt, i) =>
            EngineDriver.Greedy($"{i}", prompt, 20) with { Constraint = i % 2 == 0 ? even : null, Sampling = new() { Temperature = 1, Seed = i } })];
        using InferenceEngine inStep = Load(0), ahead = Load(1);
        Dictionary<string, GenerationResult> a = EngineDriver.Run(inStep, requests), b = EngineDriver.Run(ahead, requests);
        Assert.All(requests, request => Assert.Equal(a[request.Id].Tokens, b[request.Id].Tokens));
        Assert.All(requests, request => Assert.Equal(a[request.Id].Tokens, EngineDriver.Run(ahead, request)[request.Id].Tokens));
    }

    private static int Last(IReadOnlyList<int> tokens) => tokens.Count == 0 ? 0 : tokens[^1];

    private InferenceEngine Load(int stepsAhead) =>
        InferenceEngine.Load(new() { ModelDirectory = _model.Directory, StepsAhead = stepsAhead, Threads = 1 });
}
