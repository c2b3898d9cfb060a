namespace Pipeline.Tokenization.Decoding;

/// <summary>Changes the text of each token on its own (Replace, Strip before Fuse).</summary>
/// <param name="change">What becomes of a token.</param>
/// <param name="next">Where it goes.</param>
internal sealed class ChangedTexts(Func<string, string> change, ITokenTexts next) : ITokenTexts
{
    public void Add(string token) => next.Add(change(token));

    public void End() => next.End();
}
