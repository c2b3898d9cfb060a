namespace Pipeline.Data.Results;

/// <summary>What an attempt took.</summary>
/// <param name="Queue">Seconds between the claim and the first step that worked on it.</param>
/// <param name="Prefill">Attributed device-seconds of its prompt.</param>
/// <param name="Decode">Attributed device-seconds of its generated tokens.</param>
/// <param name="Device">Attributed device-seconds in all.</param>
public readonly record struct AttemptSeconds(double Queue, double Prefill, double Decode, double Device)
{
    /// <summary>What <see cref="Decode"/> would have been without guessing, as the engine estimates it; null where nothing was guessed.</summary>
    public double? PlainDecode { get; init; }
}
