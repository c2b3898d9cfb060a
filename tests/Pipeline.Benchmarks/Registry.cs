using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Planner;
using Pipeline.Benchmarks.Rounding;
using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks;

/// <summary>All benchmarks, in the order they are listed.</summary>
internal static class Registry
{
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new EngineBenchmark(),
        new PlannerBenchmark(),
        new RoundingBenchmark(),
        new CeilingsBenchmark(),
    ];
}
