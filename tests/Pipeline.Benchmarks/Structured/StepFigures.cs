using Pipeline.Engine;

namespace Pipeline.Benchmarks.Structured;

/// <summary>What constraints cost a step and save in steps: of the fastest of several runs of each kind.</summary>
internal sealed record StepFigures
{
    /// <summary>A decoding step of all sequences without constraints.</summary>
    public required double FreeStepMilliseconds { get; init; }

    /// <summary>The same with constraints, no token taken ahead.</summary>
    public required double StepMilliseconds { get; init; }

    /// <summary>The part of it that constraints took on the host.</summary>
    public required double ConstraintMilliseconds { get; init; }

    /// <summary>The same as a share of the step.</summary>
    public double ConstraintShare => ConstraintMilliseconds / StepMilliseconds;

    /// <summary>Tokens that were certain before they were computed, as a share of all generated.</summary>
    public required double ForcedShare { get; init; }

    /// <summary>Steps of a whole run in which what is certain is taken ahead.</summary>
    public required int Steps { get; init; }

    /// <summary>Steps of a run in which every token is computed by itself.</summary>
    public required int StepsOneByOne { get; init; }

    /// <summary>Time of the latter over that of the former.</summary>
    public required double JumpAheadGain { get; init; }

    /// <summary>Answers that are not the same in both: there should be none.</summary>
    public required int Different { get; init; }

    /// <summary>Runs the documents without constraints, with them one by one, and with jump-ahead, in turns.</summary>
    public static StepFigures Measure(StructuredSetting setting, int[][] prompts)
    {
        using InferenceEngine engine = Load(setting, jumpAhead: true), oneByOne = Load(setting, jumpAhead: false);
        OutputConstraint constraint = engine.Constraints.Get(StructuredSchemas.Schema(StructuredSchemas.Receipt), out _);
        List<StructuredRun> free = [], ahead = [], single = [];
        for (int i = 0; i <= setting.Repeats; i++)
        {
            free.Add(StructuredRun.Over(oneByOne, prompts, setting.Output, null));
            single.Add(StructuredRun.Over(oneByOne, prompts, setting.Output, constraint));
            ahead.Add(StructuredRun.Over(engine, prompts, setting.Output, constraint));
        }

        // The first run of each warms up.
        StructuredRun bestFree = free.Skip(1).MinBy(run => run.FullStepSeconds / run.FullSteps)!;
        StructuredRun bestSingle = single.Skip(1).MinBy(run => run.FullStepSeconds / run.FullSteps)!;
        StructuredRun bestAhead = ahead.Skip(1).MinBy(run => run.Seconds)!;
        return new StepFigures
        {
            FreeStepMilliseconds = 1e3 * bestFree.FullStepSeconds / bestFree.FullSteps,
            StepMilliseconds = 1e3 * bestSingle.FullStepSeconds / bestSingle.FullSteps,
            ConstraintMilliseconds = 1e3 * bestSingle.FullStepConstraintSeconds / bestSingle.FullSteps,
            ForcedShare = (double)bestAhead.Forced / bestAhead.Tokens,
            Steps = bestAhead.Steps,
            StepsOneByOne = bestSingle.Steps,
            JumpAheadGain = single.Skip(1).Min(run => run.Seconds) / bestAhead.Seconds,
            Different = bestAhead.Answers.Zip(bestSingle.Answers).Count(pair => pair.First != pair.Second),
        };
    }

    private static InferenceEngine Load(StructuredSetting setting, bool jumpAhead) => InferenceEngine.Load(new EngineOptions
    {
        ModelDirectory = setting.Model, MaxRunningSequences = setting.Batch, Threads = setting.Threads, Dtype = setting.Dtype, JumpAhead = jumpAhead, Seed = 0,
    });
}
