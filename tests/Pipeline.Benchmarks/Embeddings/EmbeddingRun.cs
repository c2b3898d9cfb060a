using Pipeline.Engine;
using Pipeline.Engine.Embedding;

namespace Pipeline.Benchmarks.Embeddings;

/// <summary>Embeds the inputs of cases, a request each, and times it.</summary>
/// <param name="engine">The engine.</param>
/// <param name="rate">Operations a second that matrix products do at best.</param>
internal sealed class EmbeddingRun(EmbeddingEngine engine, double rate)
{
    /// <summary>Runs a case as often as asked for, after once that does not count.</summary>
    /// <param name="setting">The case.</param>
    /// <param name="tokens">Tokens of a run, about.</param>
    /// <param name="runs">Runs that count.</param>
    public EmbeddingCaseResult Measure(EmbeddingCase setting, int tokens, int runs)
    {
        List<int[]> inputs = setting.Draw(tokens, engine.Config.VocabularySize);
        Embed(inputs);
        EmbeddingStatistics[] figures = [.. Enumerable.Range(0, runs).Select(_ => Embed(inputs)).OrderBy(run => run.BusySeconds)];
        EmbeddingStatistics median = figures[figures.Length / 2];
        double operations = 2 * inputs.Sum(input => engine.Work(input.Length));
        return new EmbeddingCaseResult(
            setting.Name, inputs.Count, (int)median.Tokens, median.Steps, median.BusySeconds, inputs.Count / median.BusySeconds,
            median.Tokens / median.BusySeconds, operations / median.BusySeconds / rate, median.HostSeconds / median.BusySeconds);
    }

    /// <summary>What the engine's figures grew by.</summary>
    private EmbeddingStatistics Embed(List<int[]> inputs)
    {
        EmbeddingStatistics before = engine.Statistics;
        for (int i = 0; i < inputs.Count; i++)
        {
            engine.Add(new EmbeddingRequest { Id = $"{i}", Inputs = [inputs[i]] });
        }

        while (engine.HasWork)
        {
            foreach (Finished<EmbeddingResult> finished in engine.Step())
            {
                if (finished.Failure is { } failure)
                {
                    throw failure;
                }
            }
        }

        EmbeddingStatistics after = engine.Statistics;
        return new EmbeddingStatistics
        {
            BusySeconds = after.BusySeconds - before.BusySeconds,
            HostSeconds = after.HostSeconds - before.HostSeconds,
            Steps = after.Steps - before.Steps,
            Tokens = after.Tokens - before.Tokens,
        };
    }
}
