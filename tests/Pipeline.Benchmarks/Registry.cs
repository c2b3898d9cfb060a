using Pipeline.Benchmarks.Machines;

namespace Pipeline.Benchmarks;

/// <summary>All benchmarks, in the order they are listed.</summary>
internal static class Registry
{
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new CeilingsBenchmark(),
    ];
}
