using System.Diagnostics;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine;

namespace Pipeline.Benchmarks.Structured;

/// <summary>One pass over all documents.</summary>
internal sealed record StructuredRun
{
    private static int _runs;

    /// <summary>Wall time.</summary>
    public required double Seconds { get; init; }

    /// <summary>Steps, those that only prefill included.</summary>
    public required int Steps { get; init; }

    /// <summary>Time of the steps that only decoded, and all of whose sequences were there.</summary>
    public required double FullStepSeconds { get; init; }

    /// <summary>Time within them that went to constraints: masks, and following the tokens.</summary>
    public required double FullStepConstraintSeconds { get; init; }

    /// <summary>How many such steps there were.</summary>
    public required int FullSteps { get; init; }

    /// <summary>Tokens generated.</summary>
    public required int Tokens { get; init; }

    /// <summary>Those of them that were certain before they were computed.</summary>
    public required int Forced { get; init; }

    /// <summary>Each document's answer.</summary>
    public required string[] Answers { get; init; }

    /// <summary>Runs all documents. Nothing is shared with earlier passes: each has a salt of its own.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="prompts">The documents.</param>
    /// <param name="output">Tokens of an answer, at most.</param>
    /// <param name="constraint">What answers have to be like; null for anything.</param>
    public static StructuredRun Over(InferenceEngine engine, int[][] prompts, int output, OutputConstraint? constraint)
    {
        string salt = $"{_runs++}";
        TimedConstraint? timed = constraint is null ? null : new TimedConstraint(constraint);
        string[] answers = new string[prompts.Length];
        foreach ((int i, int[] prompt) in prompts.Index())
        {
            engine.Add(new GenerationRequest
            {
                Id = $"{i}", Prompt = prompt, MaxTokens = output, Constraint = timed, CacheSalt = salt, Sampling = new() { Temperature = 0 }, Speculation = SpeculationMode.Off,
            });
        }

        long start = Stopwatch.GetTimestamp();
        int steps = 0, full = 0, tokens = 0, forced = 0;
        double fullSeconds = 0, fullConstraint = 0;
        while (engine.HasWork)
        {
            double before = timed?.Seconds ?? 0;
            long began = Stopwatch.GetTimestamp();
            StepResult step = engine.Step();
            steps++;
            if (step.PrefillTokens == 0 && step.DecodeTokens >= Math.Min(engine.MaxRunning, prompts.Length))
            {
                full++;
                fullSeconds += Stopwatch.GetElapsedTime(began).TotalSeconds;
                fullConstraint += (timed?.Seconds ?? 0) - before;
            }

            foreach (FinishedGeneration finished in step.Finished)
            {
                answers[int.Parse(finished.Id, null)] = finished.Failure is null ? finished.Result.Text : throw new BenchmarkException($"a job failed: {finished.Failure.Message}");
                tokens += finished.Result.CompletionTokens;
                forced += finished.Result.ForcedTokens;
            }
        }

        return new StructuredRun
        {
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Steps = steps, Tokens = tokens, Forced = forced, Answers = answers,
            FullSteps = full, FullStepSeconds = fullSeconds, FullStepConstraintSeconds = fullConstraint,
        };
    }
}
