using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks.Peers;

/// <summary>Another engine, run on the same model files with the same prompts.</summary>
internal interface IPeer
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>Looks whether it can run a case, before anything large is made for it.</summary>
    /// <exception cref="Support.BenchmarkException">It cannot; the message says what is missing.</exception>
    Task CheckAsync(BenchmarkCase chosen, CancellationToken cancellationToken);

    /// <summary>Runs it once, in a process of its own.</summary>
    Task<RunResult> RunAsync(RunSetting setting, CancellationToken cancellationToken);
}
