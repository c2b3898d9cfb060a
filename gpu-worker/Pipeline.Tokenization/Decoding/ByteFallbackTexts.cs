using System.Text;
using System.Text.Unicode;
using Pipeline.Tokenization.Models;

namespace Pipeline.Tokenization.Decoding;

/// <summary>
/// Makes text of tokens that stand for single bytes (ByteFallback). A run of them is either UTF-8 from end to end or, as
/// in Hugging Face's implementation, one U+FFFD for each byte: so it is held until it ends.
/// </summary>
internal sealed class ByteFallbackTexts(ITokenTexts next) : ITokenTexts
{
    private readonly List<byte> _run = [];

    public void Add(string token)
    {
        if (ByteTokens.Parse(token) is { } value)
        {
            _run.Add(value);
            return;
        }
        EndRun();
        next.Add(token);
    }

    public void End()
    {
        EndRun();
        next.End();
    }

    private void EndRun()
    {
        if (_run.Count == 0)
        {
            return;
        }
        byte[] bytes = [.. _run];
        _run.Clear();
        if (Utf8.IsValid(bytes))
        {
            next.Add(Encoding.UTF8.GetString(bytes));
            return;
        }
        for (int i = 0; i < bytes.Length; i++)
        {
            next.Add("\uFFFD");
        }
    }
}
