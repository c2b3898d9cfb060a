namespace Pipeline.Tokenization.Decoding;

/// <summary>
/// Takes the spellings of tokens one by one, in the order in which they come, and hands text on as soon as nothing that
/// comes later can change it. Holds what is not certain yet; not thread-safe.
/// </summary>
internal interface ITokenTexts
{
    void Add(string token);

    /// <summary>Hands on what is held: no more tokens come.</summary>
    void End();
}
