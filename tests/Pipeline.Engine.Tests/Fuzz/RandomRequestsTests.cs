using Pipeline.Engine.Grammar;
using Pipeline.Engine.Tests.Behaviour;
using Pipeline.Engine.Tests.Support;
using TorchSharp;

namespace Pipeline.Engine.Tests.Fuzz;

/// <summary>Alone in the process while it runs: the count of live tensors is of all of it.</summary>
[Collection(nameof(LiveTensorTests))]
public sealed class RandomRequestsTests : IDisposable
{
    private const int Requests = 10_000, Again = 40, Longest = 24;

    private readonly RandomModel _model = new(new()
    {
        Seed = 31, Hidden = 16, Intermediate = 24, Layers = 1, Heads = 2, KeyValueHeads = 1, Vocabulary = 60, Context = 64, EndTokens = [59],
    });

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Ten_thousand_random_requests_keep_their_limits_and_leave_nothing_behind()
    {
        RandomRequests drawn = new(7, _model.Shape.Vocabulary, Longest) { Constraints = [Even, Falling] };
        GenerationRequest[] requests = [.. Enumerable.Range(0, Requests).Select(i => drawn.Next($"{i}"))];
        using InferenceEngine engine = Load(blocks: 50, stepsAhead: 1);
        Dictionary<string, GenerationResult> results = new(Requests);
        Random random = new(8);
        long tensors = 0, most = 0;
        for (int added = 0, step = 0; results.Count < Requests; step++)
        {
            for (int more = random.Next(0, 60); more > 0 && added < Requests && engine.Statistics.Waiting < 100; more--)
            {
                engine.Add(requests[added++]);
            }

            if (random.Next(3) == 0)
            {
                engine.Cancel($"{random.Next(Math.Max(0, added - 200), added)}");
            }

            foreach (FinishedGeneration finished in engine.Step().Finished)
            {
                Assert.Null(finished.Failure);
                results.Add(finished.Id, finished.Result);
            }

            engine.CheckIntegrity();
            (tensors, most) = (step == 200 ? torch.Tensor.TotalCount : tensors, step > 200 ? Math.Max(most, torch.Tensor.TotalCount) : 0);
        }

        Assert.False(engine.HasWork);
        engine.Step();
        EngineStatistics after = engine.Statistics;
        Assert.Equal(after.TotalBlocks, after.FreeBlocks + after.CachedBlocks);
        Assert.InRange(most, 1, tensors + 4);
        Assert.True(after.Preemptions > 100, $"{after.Preemptions} preemptions");
        Assert.InRange(results.Values.Count(result => result.FinishReason == FinishReason.Cancelled), 50, 2000);
        Assert.All(requests, request => AssertKept(request, results[request.Id]));
        AssertSameAgain(requests, results);
    }

    /// <summary>What every result has to be like, whatever was asked for.</summary>
    private static void AssertKept(GenerationRequest request, GenerationResult result)
    {
        Assert.InRange(result.Tokens.Count, result.FinishReason == FinishReason.Cancelled ? 0 : 1, request.MaxTokens);
        Assert.Equal(request.Logprobs is null ? null : result.Tokens.Count, result.Logprobs?.Count);
        if (result.FinishReason == FinishReason.Cancelled)
        {
            return;
        }

        Assert.Equal(result.FinishReason == FinishReason.Length, result.Tokens.Count == request.MaxTokens && !Ends(request, result));
        Assert.Equal(request.PromptLogprobs is null ? null : request.Prompt.Count - 1, result.PromptLogprobs?.Count);
        Assert.DoesNotContain(request.Stop, stop => result.Text.IndexOf(stop, Math.Min(request.MinTokens, result.Text.Length), StringComparison.Ordinal) >= 0);
        if (request.Constraint is { } constraint)
        {
            ITokenConstraint state = constraint.Begin();
            Assert.All(result.Tokens, token => Assert.True(state.Accept(token)));
        }
        else
        {
            Assert.True(result.Tokens.Count > request.MinTokens || result.FinishReason == FinishReason.Length);
        }
    }

    private static bool Ends(GenerationRequest request, GenerationResult result) =>
        result.Text.Length < result.Tokens.Count || request.StopTokens.Contains(result.Tokens[^1]);

    /// <summary>The same requests alone, one after another and a step at a time.</summary>
    private void AssertSameAgain(GenerationRequest[] requests, Dictionary<string, GenerationResult> results)
    {
        using InferenceEngine alone = Load(blocks: 40, stepsAhead: 0);
        for (int i = 0; i < Requests; i += Requests / Again)
        {
            GenerationResult before = results[requests[i].Id], now = EngineDriver.Run(alone, requests[i])[requests[i].Id];
            Assert.Equal(before.Tokens, now.Tokens.Take(before.FinishReason == FinishReason.Cancelled ? before.Tokens.Count : int.MaxValue));
        }
    }

    private static ListedTokens Even => new ListedTokens(tokens => [.. Enumerable.Range(0, 29).Select(i => 2 * i), .. (int[])(tokens.Count > 2 ? [59] : [])]);

    private static ListedTokens Falling => new ListedTokens(tokens => tokens.Count == 0 ? [57, 58] : tokens[^1] < 50 ? [59] : [tokens[^1] - 2, tokens[^1] - 3]);

    private InferenceEngine Load(int blocks, int stepsAhead) => InferenceEngine.Load(
        new() { ModelDirectory = _model.Directory, Threads = 1, StepsAhead = stepsAhead, BlockSize = 2, BlockCount = blocks, MaxRunningSequences = 64 },
        null, null, () => new ScriptDecoder());
}
