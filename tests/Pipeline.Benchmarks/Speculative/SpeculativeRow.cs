using Pipeline.Engine;

namespace Pipeline.Benchmarks.Speculative;

/// <summary>What guessing ahead brought at one batch size: of runs with and without, in turns in the same engine.</summary>
internal sealed record SpeculativeRow
{
    /// <summary>Jobs run at a time.</summary>
    public required int Batch { get; init; }

    /// <summary>Output tokens a second without; of the fastest run.</summary>
    public required double Without { get; init; }

    /// <summary>Output tokens a second with; of the fastest run.</summary>
    public required double With { get; init; }

    /// <summary>Seconds without over seconds with, of each pair of runs, ascending.</summary>
    public required double[] Gains { get; init; }

    /// <summary>The middle one of these.</summary>
    public double Gain => Gains[Gains.Length / 2];

    /// <summary>Part of the guessed tokens that were right.</summary>
    public required double Acceptance { get; init; }

    /// <summary>Tokens that a sequence gets of a step, on average.</summary>
    public required double TokensPerStep { get; init; }

    /// <summary>Answers that were not the same with and without.</summary>
    public required int Different { get; init; }

    /// <summary>The least that <see cref="Gain"/> has to be, if anything is asked.</summary>
    public required double? Least { get; init; }

    /// <summary>Runs the pairs, after one of each that is not counted.</summary>
    public static SpeculativeRow Measure(SpeculativeSetting setting, int[][] prompts, int batch, double? least)
    {
        using InferenceEngine engine = InferenceEngine.Load(new EngineOptions
        {
            ModelDirectory = setting.Model, MaxRunningSequences = batch, Threads = setting.Threads, Dtype = setting.Dtype, Seed = 0,
            DraftModelDirectory = setting.DraftModel,
        });
        SpeculativeRun Run(SpeculationMode mode) => SpeculativeRun.Over(engine, prompts, setting.Output, mode);
        SpeculativeRun without = Run(SpeculationMode.Off), with = Run(setting.Mode);
        int different = prompts.Where((_, i) => !without.Answers[i].SequenceEqual(with.Answers[i])).Count();
        double[] gains = new double[setting.Repeats];
        double bestWithout = 0, bestWith = 0;
        for (int i = 0; i < setting.Repeats; i++)
        {
            // In turns, so that whatever else the machine does meets both.
            if (i % 2 == 0)
            {
                without = Run(SpeculationMode.Off);
            }

            with = Run(setting.Mode);
            if (i % 2 == 1)
            {
                without = Run(SpeculationMode.Off);
            }

            gains[i] = without.Seconds / with.Seconds;
            bestWithout = Math.Max(bestWithout, without.Tokens / without.Seconds);
            bestWith = Math.Max(bestWith, with.Tokens / with.Seconds);
        }

        Array.Sort(gains);
        return new SpeculativeRow
        {
            Batch = batch, Without = bestWithout, With = bestWith, Gains = gains, Different = different, Least = least,
            Acceptance = with.Drafted == 0 ? 0 : (double)with.Accepted / with.Drafted,
            TokensPerStep = (double)with.Tokens / (with.Tokens - with.Accepted),
        };
    }
}
