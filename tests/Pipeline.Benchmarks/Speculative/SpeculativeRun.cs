using System.Diagnostics;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine;

namespace Pipeline.Benchmarks.Speculative;

/// <summary>One pass over all documents.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="Tokens">Tokens generated.</param>
/// <param name="Drafted">Tokens guessed and checked.</param>
/// <param name="Accepted">How many of them were right.</param>
/// <param name="Answers">Each document's answer.</param>
internal sealed record SpeculativeRun(double Seconds, int Tokens, int Drafted, int Accepted, int[][] Answers)
{
    private static int _runs;

    /// <summary>Runs all documents. Nothing is shared with earlier passes: each has a salt of its own.</summary>
    public static SpeculativeRun Over(InferenceEngine engine, int[][] prompts, int output, SpeculationMode mode)
    {
        string salt = $"{_runs++}";
        int[][] answers = new int[prompts.Length][];
        int drafted = 0, accepted = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < prompts.Length; i++)
        {
            engine.Add(new GenerationRequest
            {
                Id = $"{i}", Prompt = prompts[i], MaxTokens = output, Sampling = new() { Temperature = 0 }, Speculation = mode, CacheSalt = salt,
            });
        }

        while (engine.HasWork)
        {
            foreach (FinishedGeneration finished in engine.Step().Finished)
            {
                if (finished.Failure is not null)
                {
                    throw new BenchmarkException($"a job failed: {finished.Failure.Message}");
                }

                answers[int.Parse(finished.Id)] = [.. finished.Result.Tokens];
                drafted += finished.Result.DraftedTokens;
                accepted += finished.Result.AcceptedTokens;
            }
        }

        return new SpeculativeRun(
            Stopwatch.GetElapsedTime(start).TotalSeconds, answers.Sum(answer => answer.Length), drafted, accepted, answers);
    }
}
