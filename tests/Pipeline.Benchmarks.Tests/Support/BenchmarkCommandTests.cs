using System.CommandLine;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Tests.Support;

public sealed class BenchmarkCommandTests
{
    [Theory]
    [InlineData("0", "--jobs is 0; it must be at least 1.")]
    [InlineData("many", "Cannot parse argument 'many' for option '--jobs' as expected type 'System.Int32'.")]
    public void A_count_that_cannot_be_is_refused_with_a_reason(string text, string reason)
    {
        ParseResult result = new RootCommand { BenchmarkCommand.Count("--jobs", 64, "Prompts.") }.Parse(["--jobs", text]);
        Assert.Contains(reason, result.Errors.Select(error => error.Message));
    }

    [Fact]
    public void A_count_left_out_is_its_default()
    {
        Option<int> jobs = BenchmarkCommand.Count("--jobs", 64, "Prompts.");
        Assert.Equal(64, new RootCommand { jobs }.Parse([]).GetRequiredValue(jobs));
    }

    [Fact]
    public async Task What_a_benchmark_cannot_do_is_an_exit_code_and_not_a_crash()
    {
        Failing benchmark = new();
        Assert.Equal(1, await BenchmarkCommand.RunAsync(benchmark, [], [], (_, _) => throw new BenchmarkException("no")));
        Assert.Equal(3, await BenchmarkCommand.RunAsync(benchmark, [], [], (_, _) => Task.FromResult(3)));
    }

    [Fact]
    public void Every_benchmark_has_a_name_and_a_line_of_help_of_its_own()
    {
        Assert.Equal(Registry.All.Count, Registry.All.Select(benchmark => benchmark.Name).Distinct().Count());
        Assert.All(Registry.All, benchmark => Assert.DoesNotContain('\n', benchmark.Help));
    }

    private sealed class Failing : IBenchmark
    {
        public string Name => "failing";

        public string Help => "Fails.";

        public Task<int> RunAsync(string[] args) => Task.FromResult(1);
    }
}
