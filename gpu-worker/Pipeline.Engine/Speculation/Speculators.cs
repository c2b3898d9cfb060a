namespace Pipeline.Engine.Speculation;

/// <summary>Makes what an engine guesses with.</summary>
internal static class Speculators
{
    /// <summary>Makes the speculator that the options ask for.</summary>
    public static Speculator Make(EngineOptions options) => new(
        new Dictionary<SpeculationMode, IDrafter> { [SpeculationMode.Lookup] = options.Drafter?.Invoke() ?? new PromptLookup() }, options.Speculation, options.MostDrafted);
}
