using System.Text;

namespace Pipeline.Tokenization.Normalization;

/// <summary>SentencePiece's rules for neural machine translation (Nmt): controls go, odd spaces become spaces.</summary>
internal static class NeuralTranslationText
{
    public static string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            if (character is (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F')
                or '\u007F' or '\u008F' or '\u009F')
            {
                continue;
            }
            bool space = character is '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F')
                or '\u2028' or '\u2029' or '\u2581' or '\uFEFF' or '\uFFFD';
            result.Append(space ? ' ' : character);
        }
        return result.ToString();
    }
}
