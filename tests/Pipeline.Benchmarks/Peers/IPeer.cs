using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks.Peers;

/// <summary>Another engine, run on the same model files with the same prompts.</summary>
internal interface IPeer
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>Makes ready what can be made once: converts the model, looks for programs.</summary>
    /// <exception cref="Support.BenchmarkException">Something is missing; the message says what.</exception>
    void Prepare(RunSetting setting);

    /// <summary>Runs it once, in a process of its own.</summary>
    Task<RunResult> RunAsync(RunSetting setting, CancellationToken cancellationToken);
}
