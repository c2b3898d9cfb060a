using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Splitting;

/// <summary>
/// A text beside its shadow, a string with exactly one char per code point, for regular expressions to look at.
/// </summary>
/// <remarks>
/// .NET's expressions see UTF-16 units, where the tokenizers that we must agree with see code points: to them an emoji
/// is one symbol and a letter of an extension plane is a letter. In the shadow every code point beyond U+FFFF is stood
/// for by one from the basic plane with the same general category, which is all that their expressions ask about.
/// </remarks>
internal sealed class CodePointText
{
    private readonly int[] _offsets;

    private CodePointText(string shadow, int[] offsets)
    {
        Shadow = shadow;
        _offsets = offsets;
    }

    public string Shadow { get; }

    /// <param name="text">Well-formed UTF-16.</param>
    public static CodePointText Of(ReadOnlySpan<char> text)
    {
        var shadow = new StringBuilder(text.Length);
        int[] offsets = new int[text.Length + 1];
        int offset = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            offsets[shadow.Length] = offset;
            shadow.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            offset += rune.Utf16SequenceLength;
        }
        offsets[shadow.Length] = offset;
        return new CodePointText(shadow.ToString(), offsets);
    }

    /// <summary>Where in the text a place in the shadow is.</summary>
    public int Offset(int place) => _offsets[place];

    /// <summary>The text with unpaired surrogates replaced by U+FFFD, as they have no bytes in UTF-8.</summary>
    public static string WellFormed(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }
        int firstBad = -1;
        for (int i = 0; i < text.Length && firstBad < 0; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                bool paired = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
                firstBad = paired ? -1 : i;
                i += paired ? 1 : 0;
            }
        }
        if (firstBad < 0)
        {
            return text;
        }
        var fixedText = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            fixedText.Append(rune);
        }
        return fixedText.ToString();
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u0100',
        UnicodeCategory.LowercaseLetter => '\u0101',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u05D0',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00BC',
        UnicodeCategory.ConnectorPunctuation => '\u203F',
        UnicodeCategory.DashPunctuation => '\u2010',
        UnicodeCategory.OpenPunctuation => '\u2045',
        UnicodeCategory.ClosePunctuation => '\u2046',
        UnicodeCategory.InitialQuotePunctuation => '\u00AB',
        UnicodeCategory.FinalQuotePunctuation => '\u00BB',
        UnicodeCategory.OtherPunctuation => '\u00A7',
        UnicodeCategory.MathSymbol => '\u00B1',
        UnicodeCategory.CurrencySymbol => '\u20AC',
        UnicodeCategory.ModifierSymbol => '\u02C2',
        UnicodeCategory.OtherSymbol => '\u00A6',
        UnicodeCategory.Format => '\u00AD',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u0378', // Not assigned: the extension planes hold no spaces, separators, controls or surrogates.
    };
}
