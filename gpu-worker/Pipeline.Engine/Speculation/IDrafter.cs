using Pipeline.Engine.Execution;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Speculation;

/// <summary>Guesses how sequences go on, for less than it costs to compute it: the model then checks the guess in one pass.</summary>
internal interface IDrafter : IDisposable
{
    /// <summary>How many kinds of guesses it makes: those of a kind have about the same chance.</summary>
    int Kinds { get; }

    /// <summary>
    /// Whether a guess takes time worth counting, so that how many are made is decided before. Otherwise as many as may be wanted
    /// are made, and then weighed one by one.
    /// </summary>
    bool Computes { get; }

    /// <summary>
    /// Adds to each request's <see cref="Sequence.Draft"/> the tokens that probably come next, and to its
    /// <see cref="Drafting.Kinds"/> what kind of guess each is: as many as its <see cref="Drafting.Wanted"/> says at most, none
    /// where there is nothing to go by.
    /// </summary>
    /// <param name="requests">Requests that decode, and all of whose tokens are known. Their drafts are empty.</param>
    void Draft(IReadOnlyList<ActiveRequest> requests);

    /// <summary>The multiply-adds that the guesses in a chunk took; 0 where they took none.</summary>
    double WorkOf(in PlannedChunk chunk);

    /// <summary>Lets go of what is kept for a request: it leaves.</summary>
    void Forget(ActiveRequest request);
}
