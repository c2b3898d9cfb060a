namespace Pipeline.Engine.Models;

/// <summary>A mixture of experts: feed-forward layers of which each token passes a few.</summary>
/// <param name="Experts">How many there are in a layer.</param>
/// <param name="Active">How many a token passes.</param>
/// <param name="IntermediateSize">Width of one.</param>
/// <param name="Normalised">Whether the chosen experts' weights are made to sum up to 1.</param>
public sealed record MixtureConfig(int Experts, int Active, int IntermediateSize, bool Normalised);
