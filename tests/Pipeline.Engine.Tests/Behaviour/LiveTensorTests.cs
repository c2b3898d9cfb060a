using Pipeline.Engine.Embedding;
using Pipeline.Engine.Tests.Support;
using TorchSharp;

namespace Pipeline.Engine.Tests.Behaviour;

/// <summary>Alone in the process while they run: the count of live tensors is of all of it.</summary>
[Collection(nameof(LiveTensorTests))]
[CollectionDefinition(nameof(LiveTensorTests), DisableParallelization = true)]
public sealed class LiveTensorTests : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 22 });

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(0, SpeculationMode.Off)]
    [InlineData(1, SpeculationMode.Off)]
    [InlineData(0, SpeculationMode.Lookup)]
    [InlineData(0, SpeculationMode.Draft)]
    [InlineData(1, SpeculationMode.Draft)]
    public void Live_tensors_stay_flat_over_steps(int stepsAhead, SpeculationMode speculation)
    {
        using InferenceEngine engine = InferenceEngine.Load(new()
        {
            ModelDirectory = _model.Directory, Threads = 1, StepsAhead = stepsAhead, Speculation = speculation,
            DraftModelDirectory = speculation == SpeculationMode.Draft ? _model.Directory : null,
        });
        ListedTokens any = new(_ => [.. Enumerable.Range(0, 97)]);
        GenerationRequest[] requests = [.. EngineDriver.Prompts(20, 97, 40, 3).Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 10) with
        {
            Sampling = new() { Temperature = i % 2, Seed = i, PresencePenalty = i % 3, LogitBias = new Dictionary<int, float> { [1] = i % 5 } },
            Logprobs = i % 4 == 0 ? 2 : null,
            Constraint = i % 7 == 0 ? any : null,
        })];

        // The memory through which numbers travel grows to what the steps need, and is kept.
        EngineDriver.Run(engine, requests);
        long before = Count();
        foreach (GenerationRequest request in requests)
        {
            engine.Add(request);
        }

        while (engine.HasWork)
        {
            engine.Step();

            // What a step under way chooses, and how likely that is, is kept for the next.
            Assert.InRange(torch.Tensor.TotalCount, before, before + (2 * stepsAhead));
        }
    }

    [Fact]
    public void Loading_and_disposing_leaves_no_tensor()
    {
        Load().Dispose();
        long before = Count();
        Load().Dispose();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Live_tensors_stay_flat_over_embeddings_and_none_is_left_at_the_end(bool decoder)
    {
        using RandomEncoder encoder = new(new() { Seed = 23 });
        using RandomModel model = new(new() { Seed = 24 });
        string directory = decoder ? model.Directory : encoder.Directory;
        EmbeddingEngine.Load(new() { ModelDirectory = directory, Threads = 1 }).Dispose();
        long none = Count();
        using (EmbeddingEngine engine = EmbeddingEngine.Load(new() { ModelDirectory = directory, Threads = 1, TokenBudget = 100 }))
        {
            // The longest step there will be takes the memory that numbers travel in.
            EmbeddingDriver.Run(engine, new EmbeddingRequest { Id = "warm", Inputs = [.. Enumerable.Repeat(new int[20], 5)] });
            long before = Count();
            engine.Add(new() { Id = "a", Inputs = EmbeddingDriver.Inputs(60, 97, 20, 4) });
            while (engine.HasWork)
            {
                engine.Step();
                Assert.Equal(before, torch.Tensor.TotalCount);
            }
        }

        Assert.Equal(none, torch.Tensor.TotalCount);
    }

    private static long Count()
    {
        // What earlier tests left to the collector goes now, not while this one counts.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    private InferenceEngine Load() => InferenceEngine.Load(new() { ModelDirectory = _model.Directory, Threads = 1 });
}
