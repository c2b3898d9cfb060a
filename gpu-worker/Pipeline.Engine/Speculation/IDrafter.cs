using Pipeline.Engine.Execution;

namespace Pipeline.Engine.Speculation;

/// <summary>Guesses how sequences go on, for less than it costs to compute it: the model then checks the guess in one pass.</summary>
internal interface IDrafter : IDisposable
{
    /// <summary>How many kinds of guesses it makes: those of a kind have about the same chance.</summary>
    int Kinds { get; }

    /// <summary>
    /// Adds to each request's <see cref="Planning.Sequence.Draft"/> the tokens that probably come next, and to its
    /// <see cref="Drafting.Kinds"/> what kind of guess each is: as many as its <see cref="Drafting.Wanted"/> says at most, none
    /// where there is nothing to go by.
    /// </summary>
    /// <param name="requests">Requests that decode, and all of whose tokens are known. Their drafts are empty.</param>
    void Draft(IReadOnlyList<ActiveRequest> requests);

    /// <summary>Lets go of what is kept for a request: it leaves.</summary>
    void Forget(ActiveRequest request);
}
