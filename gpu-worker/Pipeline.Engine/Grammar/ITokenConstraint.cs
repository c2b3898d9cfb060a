namespace Pipeline.Engine.Grammar;

/// <summary>
/// What one sequence may say next: where it stands in the language that its output has to belong to. One thread at a time.
/// </summary>
internal interface ITokenConstraint
{
    /// <summary>Writes which tokens may come next; at least one always may.</summary>
    /// <param name="mask">
    /// One bit a token: bit (t % 32) of word (t / 32) is set where token t may come; end tokens' where the output may end here.
    /// As many words as the vocabulary takes; all are written.
    /// </param>
    void WriteMask(Span<uint> mask);

    /// <summary>Whether something was not allowed only because there would not be tokens enough to finish it.</summary>
    bool IsCut => false;

    /// <summary>Goes on by a token.</summary>
    /// <returns>Whether it may come next; if not, nothing has changed.</returns>
    bool Accept(int token);

    /// <summary>Takes back the last tokens accepted.</summary>
    /// <param name="count">How many; no more than were accepted.</param>
    void Rollback(int count);

    /// <summary>Adds the tokens that must come next because no other continuation is legal: none, or a run of them.</summary>
    /// <param name="tokens">What they are added to. The state does not change.</param>
    /// <param name="most">How many to add at most.</param>
    void AddForced(List<int> tokens, int most);
}
