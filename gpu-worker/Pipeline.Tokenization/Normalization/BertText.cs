using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Normalization;

/// <summary>The normalizer of BERT's tokenizers (BertNormalizer).</summary>
/// <param name="CleanText">Whether control characters go and all white space becomes a space.</param>
/// <param name="SplitIdeographs">Whether Chinese characters are set apart by spaces.</param>
/// <param name="StripAccents">Whether letters lose their marks.</param>
/// <param name="Lowercase">Whether letters become small.</param>
internal sealed record BertText(bool CleanText, bool SplitIdeographs, bool StripAccents, bool Lowercase)
{
    public string Normalize(string text)
    {
        if (CleanText)
        {
            text = Clean(text);
        }
        if (SplitIdeographs)
        {
            text = SetApart(text);
        }
        if (StripAccents)
        {
            text = Characters.Without(UnicodeForm.D.Normalize(text),
                rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark);
        }
        return Lowercase ? Characters.Lowercase(text) : text;
    }

    private static string Clean(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is '\t' or '\n' or '\r')
            {
                result.Append(' ');
            }
            else if (!(rune.Value is 0 or 0xFFFD || IsControl(rune)))
            {
                _ = Rune.IsWhiteSpace(rune) ? result.Append(' ') : result.Append(rune);
            }
        }
        return result.ToString();
    }

    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    private static string SetApart(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = IsIdeograph(rune.Value) ? result.Append(' ').Append(rune).Append(' ') : result.Append(rune);
        }
        return result.Length == text.Length ? text : result.ToString();
    }

    private static bool IsIdeograph(int codePoint) => codePoint
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
