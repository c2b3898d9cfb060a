namespace Pipeline.Engine.Tests.Support;

/// <summary>Runs requests through an engine to their end, checking its books after every step.</summary>
public static class EngineDriver
{
    public static Dictionary<string, GenerationResult> Run(InferenceEngine engine, params GenerationRequest[] requests)
    {
        foreach (GenerationRequest request in requests)
        {
            engine.Add(request);
        }

        return Drain(engine);
    }

    public static Dictionary<string, GenerationResult> Drain(InferenceEngine engine)
    {
        Dictionary<string, GenerationResult> results = [];
        while (engine.HasWork)
        {
            StepResult step = engine.Step();
            engine.CheckIntegrity();
            foreach (FinishedGeneration finished in step.Finished)
            {
                Assert.Null(finished.Failure);
                results.Add(finished.Id, finished.Result);
            }
        }

        return results;
    }

    /// <summary>A request that decodes greedily.</summary>
    public static GenerationRequest Greedy(string id, IReadOnlyList<int> prompt, int maxTokens) =>
        new() { Id = id, Prompt = prompt, MaxTokens = maxTokens, Sampling = new() { Temperature = 0 } };

    /// <summary>Prompts of different lengths, most of which begin alike.</summary>
    public static int[][] Prompts(int count, int vocabulary, int longest, int seed)
    {
        Random random = new(seed);
        int[] shared = Tokens(random, vocabulary, longest);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int[] own = Tokens(random, vocabulary, random.Next(1, longest));
            int common = i % 4 == 0 ? 0 : random.Next(0, own.Length);
            return (int[])[.. shared[..common], .. own[common..]];
        })];
    }

    private static int[] Tokens(Random random, int vocabulary, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
}
