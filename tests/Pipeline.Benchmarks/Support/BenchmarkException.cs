namespace Pipeline.Benchmarks.Support;

/// <summary>A benchmark cannot be run as asked; the message says why, in a line for people.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
