namespace Pipeline.Benchmarks.Support;

/// <summary>Where benchmarks keep things.</summary>
internal static class Folders
{
    /// <summary>Results, as JSON: <c>artifacts/bench</c> of the repository, which <c>./pipeline</c> names in <c>PIPELINE_BENCH_OUT</c>.</summary>
    public static string Results => Made(Environment.GetEnvironmentVariable("PIPELINE_BENCH_OUT") ?? Path.Combine("artifacts", "bench"));

    /// <summary>What is made or downloaded once and kept: models, peers.</summary>
    public static string Kept(string part) => Made(Path.Combine(Environment.GetEnvironmentVariable("PIPELINE_HOME") ?? ".run", "bench", part));

    private static string Made(string path) => Directory.CreateDirectory(path).FullName;
}
