using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Tests.Support;
using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks.Tests.Throughput;

public sealed class EngineRunTests(SmallModel model) : IClassFixture<SmallModel>
{
    private static readonly Workload Work = new(Jobs: 6, Shared: 32, Unique: 20, Output: 5, Batch: 3);

    [Fact]
    public void Every_job_gets_exactly_its_output_and_what_is_shared_is_computed_once()
    {
        RunResult result = Run(Work);
        Assert.All(result.Outputs!, output => Assert.Equal(5, output.Length));
        Assert.Equal(30, result.OutputTokens);
        Assert.Equal(Work.LeastPrefill, result.PrefillTokens);
    }

    [Fact]
    public void Plain_prompts_are_computed_whole() => Assert.Equal(6 * 52, Run(Work.Plain()).PrefillTokens);

    [Fact]
    public void Two_runs_give_the_same_tokens_warm_or_cold() =>
        Assert.Equal(Run(Work).Outputs, Run(Work, warm: 0).Outputs);

    private RunResult Run(Workload workload, int warm = 2) => EngineRun.Run(new RunSetting
    {
        Model = model.Directory, Device = "cpu", Dtype = "float32", Threads = 1, Workload = workload, Warm = warm, Ceilings = new Ceilings(1, 1, 1, 1, 1),
    });
}
