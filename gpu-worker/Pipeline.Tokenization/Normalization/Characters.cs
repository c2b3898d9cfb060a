using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Normalization;

/// <summary>Kinds of characters, and changes of one character at a time, as Hugging Face's tokenizers see them.</summary>
internal static class Characters
{
    /// <summary>Lower case, one character at a time: no Greek letter is final.</summary>
    public static string Lowercase(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            // The only letter whose lower case is two characters (Unicode's SpecialCasing.txt).
            _ = rune.Value == 0x130 ? result.Append("i\u0307") : result.Append(Rune.ToLowerInvariant(rune));
        }
        return result.ToString();
    }

    /// <summary>The text without the characters that a condition names.</summary>
    public static string Without(string text, Func<Rune, bool> condition)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!condition(rune))
            {
                result.Append(rune);
            }
        }
        return result.Length == text.Length ? text : result.ToString();
    }

    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    public static bool IsNumber(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>ASCII's punctuation and signs, and Unicode's punctuation.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        : Rune.IsPunctuation(rune);

    /// <summary>What <c>\w</c> means (UTS #18): letters, marks, decimal digits, connectors, joiners, and letter-like numbers and signs.</summary>
    public static bool IsWord(Rune rune) => Rune.IsLetter(rune) || IsMark(rune)
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation
        || rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
