namespace Pipeline.Benchmarks;

/// <summary>A benchmark that <c>./pipeline bench NAME</c> runs.</summary>
internal interface IBenchmark
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures, in a line.</summary>
    string Help { get; }

    /// <summary>Runs it with the options that follow its name; see <see cref="Support.BenchmarkCommand"/>.</summary>
    /// <returns>The exit code.</returns>
    Task<int> RunAsync(string[] args);
}
