namespace Pipeline.Tokenization.Decoding;

/// <summary>Changes the first token otherwise than those after it (Metaspace, WordPiece).</summary>
/// <param name="first">What becomes of the first.</param>
/// <param name="later">What becomes of each other.</param>
/// <param name="next">Where they go.</param>
internal sealed class FirstTokenTexts(Func<string, string> first, Func<string, string> later, ITokenTexts next) : ITokenTexts
{
    private bool _begun;

    public void Add(string token)
    {
        next.Add(_begun ? later(token) : first(token));
        _begun = true;
    }

    public void End() => next.End();
}
