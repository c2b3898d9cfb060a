namespace Pipeline.Data.Pricing;

/// <summary>Device-seconds that a token of a model takes.</summary>
/// <param name="Prompt">A prompt token that is computed.</param>
/// <param name="Cached">A prompt token that comes out of the cache: what the others take longer for having it before them.</param>
/// <param name="Output">A generated token.</param>
public readonly record struct DeviceRates(double Prompt, double Cached, double Output);
