namespace Pipeline.Engine.Speculation;

/// <summary>Makes what an engine guesses with.</summary>
internal static class Speculators
{
    /// <summary>Makes the speculator that the options ask for.</summary>
    /// <param name="options">The options.</param>
    /// <param name="draft">The draft model, if there is one; the speculator owns it.</param>
    /// <param name="time">The clock.</param>
    public static Speculator Make(EngineOptions options, DraftModel? draft, TimeProvider time)
    {
        Dictionary<SpeculationMode, IDrafter> drafters = new() { [SpeculationMode.Lookup] = options.Drafter?.Invoke() ?? new PromptLookup() };
        if (draft is not null)
        {
            drafters.Add(SpeculationMode.Draft, draft);
        }

        return new Speculator(drafters, options.Speculation, options.MostDrafted, time);
    }
}
