using System.Text;

namespace Pipeline.Tokenization.Decoding;

/// <summary>Where the steps of decoding end: the text so far.</summary>
internal sealed class DecodedText : ITokenTexts
{
    private readonly StringBuilder _text = new();

    public void Add(string token) => _text.Append(token);

    public void End()
    {
    }

    /// <summary>The text since it was last taken.</summary>
    public string Take()
    {
        string text = _text.ToString();
        _text.Clear();
        return text;
    }
}
