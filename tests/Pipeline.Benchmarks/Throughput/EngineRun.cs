using System.Diagnostics;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine;

namespace Pipeline.Benchmarks.Throughput;

/// <summary>A run of this project's engine, in this process.</summary>
internal static class EngineRun
{
    /// <summary>Loads the engine, warms it up, and times the workload.</summary>
    /// <exception cref="ArgumentException">The engine refuses the setting.</exception>
    public static RunResult Run(RunSetting setting)
    {
        Workload workload = setting.Workload;
        long start = Stopwatch.GetTimestamp();
        using InferenceEngine engine = InferenceEngine.Load(Options(setting), TimeProvider.System);
        double loaded = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int vocabulary = engine.ModelConfig.VocabularySize;
        if (setting.Warm > 0)
        {
            _ = Complete(engine, setting.WarmUp, setting.WarmUp.Prompts(vocabulary, ~setting.Seed), static _ => { });
        }

        var tally = new StepTally(new Roofline(engine.ModelConfig, workload, setting.Dtype, setting.Ceilings));
        int[][] prompts = workload.Prompts(vocabulary, setting.Seed);
        var watch = new MachineWatch();
        EngineStatistics before = engine.Statistics;
        int[][] outputs = Complete(engine, workload, prompts, step => tally.Add(step.PrefillTokens, step.DecodeTokens, step.Seconds));
        watch.Stop();
        EngineStatistics after = engine.Statistics;
        return new RunResult
        {
            Who = "engine",
            How = $"kernels {engine.KernelName}. {engine.KernelWarning}".TrimEnd(),
            Seconds = watch.Seconds,
            PromptTokens = workload.PromptTokens,
            OutputTokens = outputs.Sum(output => (long)output.Length),
            PrefillTokens = tally.PrefillTokens,
            LeastPrefill = workload.LeastPrefill,
            PrefillRate = tally.PrefillRate,
            DecodeRate = tally.DecodeRate,
            Steps = tally.Steps,
            MeanBatch = tally.MeanBatch,
            RooflineShare = tally.RooflineShare,
            DecodeBandwidthShare = tally.DecodeBandwidthShare,
            PrefillMatrixShare = tally.PrefillMatrixShare,
            HostShare = (after.HostSeconds - before.HostSeconds) / (after.BusySeconds - before.BusySeconds),
            AllocatedPerStep = (double)(after.AllocatedBytes - before.AllocatedBytes) / tally.Steps,
            PeakMemory = MachineWatch.PeakMemory,
            LoadSeconds = loaded,
            Disturbance = watch.Disturbance,
            Outputs = outputs,
        };
    }

    private static EngineOptions Options(RunSetting setting)
    {
        var defaults = new EngineOptions { ModelDirectory = setting.Model };
        Workload workload = setting.Workload;
        int blocks = (workload.Prompt + workload.Output + defaults.BlockSize - 1) / defaults.BlockSize;
        return defaults with
        {
            Device = setting.Device,
            Dtype = setting.Dtype,
            Kernels = setting.Kernels ?? defaults.Kernels,
            Threads = setting.Threads,
            MaxRunningSequences = workload.Batch,
            TokenBudget = setting.TokenBudget ?? defaults.TokenBudget,
            // Room for what is in flight, and once more for what they share: as much as the peers are given.
            BlockCount = (workload.Batch + 1) * blocks,
            Seed = 0,
        };
    }

    private static int[][] Complete(InferenceEngine engine, Workload workload, int[][] prompts, Action<StepResult> seen)
    {
        int[][] outputs = new int[prompts.Length][];
        foreach ((int i, int[] prompt) in prompts.Index())
        {
            engine.Add(new GenerationRequest
            {
                Id = $"{i}", Prompt = prompt, MaxTokens = workload.Output, IgnoreEndTokens = true, Sampling = new() { Temperature = 0 },
            });
        }

        while (engine.HasWork)
        {
            StepResult step = engine.Step();
            seen(step);
            foreach (FinishedGeneration finished in step.Finished)
            {
                outputs[int.Parse(finished.Id, null)] = finished.Failure is null ? [.. finished.Result.Tokens]
                    : throw new BenchmarkException($"a job failed: {finished.Failure.Message}");
            }
        }

        return outputs;
    }
}
