using System.Diagnostics;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine;
using Pipeline.Tokenization.Prefixes;

namespace Pipeline.Benchmarks.Prefix;

/// <summary>Runs a workload through an engine of its own.</summary>
internal static class PrefixRun
{
    /// <param name="setting">The engine's size.</param>
    /// <param name="directory">The model.</param>
    /// <param name="workload">The jobs.</param>
    /// <param name="planned">Whether they come in the plan's order, or else in the file's.</param>
    /// <param name="blocks">Blocks of the cache.</param>
    /// <param name="limit">The most that may be computed, over the least possible.</param>
    public static PrefixRow Run(PrefixSetting setting, string directory, PrefixWorkload workload, bool planned, int blocks, double limit)
    {
        using InferenceEngine engine = InferenceEngine.Load(
            new EngineOptions
            {
                ModelDirectory = directory, BlockCount = blocks, BlockSize = PromptOutline.DefaultBlockSize,
                MaxRunningSequences = setting.Running, Threads = setting.Threads, Seed = 0,
            },
            TimeProvider.System);
        int[] order = planned ? [.. workload.Plan.Order] : [.. Enumerable.Range(0, workload.Prompts.Length)];
        long start = Stopwatch.GetTimestamp();
        CachePrediction measured = Complete(engine, setting, workload.Prompts, order);
        EngineStatistics statistics = engine.Statistics;
        return new PrefixRow
        {
            Order = planned ? "plan" : "file",
            Blocks = blocks,
            Predicted = workload.Plan.Prediction,
            Simulated = CacheSimulation.Run(order.Select(i => workload.Outlines[i]), blocks, setting.Running, setting.Output),
            Measured = measured,
            Computed = statistics.PrefillTokens,
            Preemptions = statistics.Preemptions,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            Limit = limit,
        };
    }

    private static CachePrediction Complete(InferenceEngine engine, PrefixSetting setting, int[][] prompts, int[] order)
    {
        int next = 0, inside = 0;
        long tokens = 0, cached = 0;
        while (next < order.Length || inside > 0)
        {
            for (; next < order.Length && inside < setting.Running + setting.Waiting; next++, inside++)
            {
                engine.Add(new GenerationRequest
                {
                    Id = $"{order[next]}", Prompt = prompts[order[next]], MaxTokens = setting.Output, IgnoreEndTokens = true, Sampling = new() { Temperature = 0 },
                });
            }

            foreach (FinishedGeneration finished in engine.Step().Finished)
            {
                if (finished.Failure is not null)
                {
                    throw new BenchmarkException($"a job failed: {finished.Failure.Message}");
                }

                inside--;
                tokens += finished.Result.PromptTokens;
                cached += finished.Result.CachedTokens;
            }
        }

        return new CachePrediction(tokens, cached);
    }
}
