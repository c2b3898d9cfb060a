using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Throughput;

/// <summary>Results for people.</summary>
internal static class CasePrinter
{
    /// <summary>All runs of a case, and the ratios.</summary>
    public static void PrintRuns(CaseResult result, TextWriter output)
    {
        Workload workload = result.Case.Workload;
        output.WriteLine(
            $"{result.Case.Name}: {workload.Jobs} jobs of {workload.Shared} shared and {workload.Unique} own tokens, "
            + $"{workload.Output} out, {workload.Batch} in flight, {result.Case.Device}");
        output.WriteLine($"ceilings: {result.Ceilings}\n");
        var table = new Table(
            "run", "output/s", "total/s", "prefill/s", "decode/s", "steps", "batch", "computed/least", "roofline",
            "decode bytes", "prefill ops", "host", "kB/step", "peak MB", "others", "outputs");
        foreach ((int i, RunResult engine) in result.Engine.Index())
        {
            table.Add(Row(engine, i));
            if (i < result.Peer.Count)
            {
                table.Add(Row(result.Peer[i], i));
            }
        }

        table.Write(output);
        foreach (string how in result.Engine.Concat(result.Peer).Where(run => run.How.Length > 0).Select(run => $"{run.Who}: {run.How}").Distinct())
        {
            output.WriteLine(how);
        }

        if (result.MedianRatio is { } median)
        {
            output.WriteLine($"output tokens/s, engine over {result.Peer[0].Who}: {string.Join(", ", result.Ratios.Select(ratio => $"{ratio:F2}"))}; median {median:F2}");
        }
    }

    /// <summary>The medians of several cases.</summary>
    public static void PrintMedians(IReadOnlyList<CaseResult> results, TextWriter output)
    {
        var table = new Table(
            "case", "engine output/s", "peer output/s", "ratio", "engine prefill/s", "peer prefill/s", "engine decode/s", "peer decode/s",
            "computed/least", "roofline", "decode bytes", "prefill ops", "host", "peak MB", "others");
        foreach (CaseResult result in results)
        {
            table.Add(
                result.Case.Name, Middle(result.Engine, run => run.OutputRate, "F1"), Middle(result.Peer, run => run.OutputRate, "F1"),
                result.MedianRatio is { } ratio ? $"{ratio:F2}" : "-",
                Middle(result.Engine, run => run.PrefillRate, "F0"), Middle(result.Peer, run => run.PrefillRate, "F0"),
                Middle(result.Engine, run => run.DecodeRate, "F0"), Middle(result.Peer, run => run.DecodeRate, "F0"),
                Middle(result.Engine, Recomputed, "F3"), Middle(result.Engine, run => run.RooflineShare, "P0"),
                Middle(result.Engine, run => run.DecodeBandwidthShare, "P0"), Middle(result.Engine, run => run.PrefillMatrixShare, "P0"),
                Middle(result.Engine, run => run.HostShare, "P1"), Middle(result.Engine, run => run.PeakMemory >> 20, "F0"),
                Share(result.Engine.Concat(result.Peer).Max(run => run.Disturbance)));
        }

        table.Write(output);
    }

    private static string[] Row(RunResult run, int number) =>
    [
        $"{run.Who} {number + 1}", Text(run.OutputRate, "F1"), Text(run.TotalRate, "F0"), Text(run.PrefillRate, "F0"), Text(run.DecodeRate, "F0"),
        Text(run.Steps, "F0"), Text(run.MeanBatch, "F1"), Text(Recomputed(run), "F3"), Share(run.RooflineShare), Share(run.DecodeBandwidthShare),
        Share(run.PrefillMatrixShare), Text(run.HostShare, "P1"), Text(run.AllocatedPerStep / 1000, "F1"), Text(run.PeakMemory >> 20, "F0"),
        Share(run.Disturbance), run.Reported().OutputsHash ?? "-",
    ];

    private static double? Recomputed(RunResult run) => (double?)run.PrefillTokens / run.LeastPrefill;

    private static string Middle(IEnumerable<RunResult> runs, Func<RunResult, double?> figure, string format)
    {
        double[] known = [.. runs.Select(figure).OfType<double>()];
        return known.Length == 0 ? "-" : CaseResult.Median(known).ToString(format, null);
    }

    private static string Share(double? share) => Text(share, "P0");

    private static string Text(double? figure, string format) => figure?.ToString(format, null) ?? "-";
}
