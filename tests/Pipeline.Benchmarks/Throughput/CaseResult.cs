using Pipeline.Benchmarks.Machines;

namespace Pipeline.Benchmarks.Throughput;

/// <summary>All runs of a case: the engine's, and beside each the peer's, if there was one.</summary>
internal sealed record CaseResult(BenchmarkCase Case, Ceilings Ceilings, IReadOnlyList<RunResult> Engine, IReadOnlyList<RunResult> Peer)
{
    /// <summary>The engine's output tokens a second over the peer's, pair by pair.</summary>
    public IReadOnlyList<double> Ratios => [.. Engine.Zip(Peer, (engine, peer) => engine.OutputRate / peer.OutputRate)];

    /// <summary>The middle one of the ratios; null without a peer.</summary>
    public double? MedianRatio => Ratios.Count == 0 ? null : Median(Ratios);

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The result as it is reported.</summary>
    public CaseResult Reported() => this with
    {
        Engine = [.. Engine.Select(run => run.Reported())],
        Peer = [.. Peer.Select(run => run.Reported())],
    };
}
