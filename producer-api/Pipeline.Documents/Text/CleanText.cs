using System.Text;

namespace Pipeline.Documents.Text;

/// <summary>
/// A text as a prompt may carry it: line ends are LF, other control characters go, halves of surrogate pairs become U+FFFD,
/// trailing white space goes, and of more than two empty lines two stay.
/// </summary>
public static class CleanText
{
    private const int MostLineEnds = 3;

    /// <summary>The cleaned text; empty where there is nothing but white space.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder clean = new(text.Length);
        int lineEnds = 0;
        foreach (Rune rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value == '\n')
            {
                TrimEnd(clean);
                if (clean.Length > 0 && ++lineEnds <= MostLineEnds)
                {
                    clean.Append('\n');
                }
            }
            else if (rune.Value == '\t' || !(Rune.IsControl(rune) || rune.Value is 0xFEFF or 0x00AD or 0xFFFE or 0xFFFF))
            {
                clean.Append(rune);
                lineEnds = 0;
            }
        }

        return clean.ToString().TrimEnd();
    }

    private static void TrimEnd(StringBuilder text)
    {
        int length = text.Length;
        while (length > 0 && text[length - 1] is ' ' or '\t' or '\u00A0')
        {
            length--;
        }

        text.Length = length;
    }
}
