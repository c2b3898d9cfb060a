using Pipeline.Benchmarks.Attention;
using Pipeline.Benchmarks.Embeddings;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Planner;
using Pipeline.Benchmarks.Prefix;
using Pipeline.Benchmarks.Rounding;
using Pipeline.Benchmarks.Service;
using Pipeline.Benchmarks.Speculative;
using Pipeline.Benchmarks.Structured;
using Pipeline.Benchmarks.Throughput;
using Pipeline.Benchmarks.Tokenizers;

namespace Pipeline.Benchmarks;

/// <summary>All benchmarks, in the order they are listed.</summary>
internal static class Registry
{
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new EngineBenchmark(),
        new AttentionBenchmark(),
        new PlannerBenchmark(),
        new PrefixBenchmark(),
        new SpeculativeBenchmark(),
        new TokenizerBenchmark(),
        new StructuredBenchmark(),
        new EmbeddingsBenchmark(),
        new RoundingBenchmark(),
        new CeilingsBenchmark(),
        new IngestBenchmark(),
        new EndToEndBenchmark(),
        new FairnessBenchmark(),
        new CancelBenchmark(),
    ];
}
