namespace Pipeline.Engine;

/// <summary>Who guesses a sequence's next tokens, so that the model checks several in one step. It never changes the tokens.</summary>
public enum SpeculationMode
{
    /// <summary>Nobody: each step computes one token of a sequence.</summary>
    Off,

    /// <summary>What followed the last few tokens where they stood before, in the prompt or the output: for work that copies.</summary>
    Lookup,

    /// <summary>A smaller model: see <see cref="EngineOptions.DraftModelDirectory"/>.</summary>
    Draft,
}
