namespace Pipeline.Engine.Speculation;

/// <summary>Guesses how a sequence goes on, for less than it costs to compute it: the model then checks the guess in one pass.</summary>
internal interface IDrafter
{
    /// <summary>Adds the tokens that probably come next: none where there is nothing to go by.</summary>
    /// <param name="tokens">The sequence's prompt and generated tokens.</param>
    /// <param name="draft">What the guess is added to.</param>
    /// <param name="most">How many to add at most.</param>
    void Draft(ReadOnlySpan<int> tokens, List<int> draft, int most);
}
