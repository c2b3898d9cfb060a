using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks.Tests.Throughput;

public sealed class CaseResultTests
{
    private static readonly Workload Work = new(64, 256, 128, 64, 32);

    [Fact]
    public void Ratios_are_taken_pair_by_pair_and_the_median_of_them_counts()
    {
        CaseResult result = Result(engine: [2, 1, 4], peer: [4, 3, 2]);
        Assert.Equal([2, 3, 0.5], result.Ratios);
        Assert.Equal(2, result.MedianRatio);
        Assert.Null(Result(engine: [2, 1, 4], peer: []).MedianRatio);
        Assert.Equal(2.5, CaseResult.Median([4, 1, 3, 2]));
    }

    [Fact]
    public void A_report_has_a_hash_where_the_outputs_were_and_equal_outputs_have_equal_hashes()
    {
        RunResult[] reported = [.. new[] { new[] { 1, 2 }, [1, 2], [2, 1] }.Select(tokens => (Run("engine", 1) with { Outputs = [tokens] }).Reported())];
        Assert.All(reported, run => Assert.Null(run.Outputs));
        Assert.Equal(reported[0].OutputsHash, reported[1].OutputsHash);
        Assert.NotEqual(reported[0].OutputsHash, reported[2].OutputsHash);
    }

    [Fact]
    public void The_table_of_the_CPU_has_two_models_in_three_types_with_and_without_a_shared_beginning()
    {
        BenchmarkCase[] cases = [.. BenchmarkCase.Cpu(Work)];
        Assert.Equal(12, cases.Select(chosen => chosen.Name).Distinct().Count());
        Assert.Contains("qwen-0.5b-like-int8-plain", cases.Select(chosen => chosen.Name));
        Assert.All(cases, chosen => Assert.Equal(384, chosen.Workload.Prompt));
        Assert.All(cases, chosen => Assert.Contains(chosen.Model, ModelShape.All.Select(shape => shape.Name)));
    }

    [Fact]
    public void Jobs_that_part_are_told_with_the_place()
    {
        CaseResult result = new(
            new BenchmarkCase("m", "cpu", "float32", Work), new Ceilings(1, 1, 1, 1, 1), [Run("engine", 1) with { Outputs = [[1, 2, 3], [4, 5, 6]] }],
            [Run("peer", 1) with { Outputs = [[1, 2, 3], [4, 7, 6]] }]);
        using var output = new StringWriter { NewLine = "\n" };
        Assert.False(Verification.Print(result, output));
        Assert.StartsWith("job 1: the first 1 tokens are equal, then 5 against 7\nm-float32-shared: 1 of 2 jobs", output.ToString(), StringComparison.Ordinal);
    }

    private static CaseResult Result(double[] engine, double[] peer) => new(
        new BenchmarkCase("m", "cpu", "float32", Work), new Ceilings(1, 1, 1, 1, 1),
        [.. engine.Select(seconds => Run("engine", seconds))], [.. peer.Select(seconds => Run("peer", seconds))]);

    private static RunResult Run(string who, double seconds) =>
        new() { Who = who, Seconds = seconds, PromptTokens = 10, OutputTokens = 60, LeastPrefill = 10 };
}
