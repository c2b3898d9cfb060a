namespace Pipeline.Cli.Api;

/// <summary>What an event tells of a batch.</summary>
internal sealed record ProgressView(string Status, CountsView RequestCounts, double RequestsPerSecond, long? EstimatedFinishAt);
