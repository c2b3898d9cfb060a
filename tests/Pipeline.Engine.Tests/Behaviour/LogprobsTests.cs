using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Behaviour;

public sealed class LogprobsTests : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 27 });

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void They_are_the_reference_models_own_whatever_changes_the_choice(int stepsAhead)
    {
        ReferenceModel reference = new(_model.Directory);
        using InferenceEngine engine = InferenceEngine.Load(
            new() { ModelDirectory = _model.Directory, StepsAhead = stepsAhead, Threads = 1, BlockSize = 4, BlockCount = 60 });
        ListedTokens even = new(_ => [.. Enumerable.Range(0, 48).Select(i => 2 * i)]);
        GenerationRequest[] requests = [.. EngineDriver.Prompts(18, 97, 30, 5).Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 12) with
        {
            Logprobs = i % 6 == 5 ? null : i % 6 * 5,
            Constraint = i % 4 == 1 ? even : null,
            Sampling = new() { Temperature = i % 2 * 1.5f, Seed = i, PresencePenalty = i % 3, TopK = i % 5 * 20, LogitBias = new Dictionary<int, float> { [i] = 3 } },
        })];
        Dictionary<string, GenerationResult> results = EngineDriver.Run(engine, requests);
        Assert.True(engine.Statistics.Preemptions > 0);
        foreach (GenerationRequest request in requests)
        {
            GenerationResult result = results[request.Id];
            Assert.Equal(request.Logprobs is null, result.Logprobs is null);
            double[][] logits = reference.Logits([.. request.Prompt, .. result.Tokens.SkipLast(1)], request.Prompt.Count - 1);
            Assert.All(result.Logprobs ?? [], (scored, i) => AssertLogprobs(LogSoftmax(logits[i]), scored, result.Tokens[i], request.Logprobs!.Value));
            Assert.Equal(request.Logprobs is null ? 0 : 12, result.Logprobs?.Count ?? 0);
        }
    }

    [Theory]
    [InlineData(0, 2048)]
    [InlineData(1, 13)]
    public void Prompts_are_scored_whole_whatever_the_cache_has_and_whoever_runs_beside(int stepsAhead, int tokenBudget)
    {
        ReferenceModel reference = new(_model.Directory);
        using InferenceEngine engine = InferenceEngine.Load(new()
        {
            ModelDirectory = _model.Directory, StepsAhead = stepsAhead, Threads = 1, BlockSize = 2, BlockCount = 50, TokenBudget = tokenBudget,
        });
        GenerationRequest[] requests = [.. EngineDriver.Prompts(18, 97, 30, 5).Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 12) with
        {
            PromptLogprobs = i % 3 == 2 ? null : i % 4, Logprobs = i % 2 == 0 ? 1 : null,
        })];
        Dictionary<string, GenerationResult> results = EngineDriver.Run(engine, requests);
        Assert.True(engine.Statistics.Preemptions > 0);
        foreach (GenerationRequest request in requests)
        {
            GenerationResult result = results[request.Id];
            GreedyCheck.AreGreedy(reference, request.Prompt, result.Tokens, request.Id);
            Assert.Equal(request.PromptLogprobs is null ? null : request.Prompt.Count - 1, result.PromptLogprobs?.Count);
            double[][] logits = reference.Logits(request.Prompt, 0);
            Assert.All(result.PromptLogprobs ?? [], (scored, i) =>
                AssertLogprobs(LogSoftmax(logits[i]), scored, request.Prompt[i + 1], request.PromptLogprobs!.Value));
        }
    }

    [Fact]
    public void To_ask_for_them_changes_no_token()
    {
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = _model.Directory, Dtype = "bfloat16", Threads = 1 });
        foreach (float temperature in new[] { 0, 1f })
        {
            GenerationRequest plain = new() { Id = "a", Prompt = [1, 2, 3], MaxTokens = 20, Sampling = new() { Temperature = temperature, Seed = 4 } };
            Assert.Equal(
                EngineDriver.Run(engine, plain)["a"].Tokens, EngineDriver.Run(engine, plain with { Logprobs = 3 })["a"].Tokens);
        }
    }

    private static void AssertLogprobs(double[] expected, TokenLogprobs scored, int token, int count)
    {
        Assert.Equal((token, count), (scored.Token, scored.Top.Count));
        Assert.Equal(expected[token], scored.Logprob, 1e-4);
        double[] highest = [.. expected.OrderDescending().Take(count)];
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(highest[i], scored.Top[i].Logprob, 1e-4);
            Assert.Equal(expected[scored.Top[i].Token], scored.Top[i].Logprob, 1e-4);
        }

        Assert.Equal(count, scored.Top.Select(top => top.Token).Distinct().Count());
    }

    private static double[] LogSoftmax(double[] logits)
    {
        double highest = logits.Max(), total = highest + Math.Log(logits.Sum(logit => Math.Exp(logit - highest)));
        return [.. logits.Select(logit => logit - total)];
    }
}
