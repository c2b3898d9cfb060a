using System.Buffers;

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
        // Nothing becomes longer. Rented: the texts of a long row of documents would otherwise pile up until they are collected.
        char[] buffer = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            int length = Clean(text, buffer);
            return text.AsSpan().SequenceEqual(buffer.AsSpan(0, length)) ? text : new string(buffer, 0, length);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static int Clean(string text, char[] clean)
    {
        int length = 0;
        int lineEnds = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (IsLineEnd(c))
            {
                i += c == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                length = WithoutBlanks(clean, length);
                if (length > 0 && ++lineEnds <= MostLineEnds)
                {
                    clean[length++] = '\n';
                }
            }
            else if (char.IsSurrogate(c))
            {
                lineEnds = 0;
                if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    clean[length++] = c;
                    clean[length++] = text[++i];
                }
                else
                {
                    clean[length++] = '\uFFFD';
                }
            }
            else if (IsText(c))
            {
                lineEnds = 0;
                clean[length++] = c;
            }
        }

        return clean.AsSpan(0, length).TrimEnd().Length;
    }

    private static bool IsLineEnd(char c) => c is '\n' or '\r' or '\f' or '\u0085' or '\u2028' or '\u2029';

    /// <summary>Not a control character, a soft hyphen, or a byte order mark that was left in the middle.</summary>
    private static bool IsText(char c) => c == '\t' || !(char.IsControl(c) || c is '\u00AD' or '\uFEFF' or '\uFFFE' or '\uFFFF');

    private static int WithoutBlanks(char[] text, int length)
    {
        while (length > 0 && text[length - 1] is (' ' or '\t' or '\u00A0'))
        {
            length--;
        }

        return length;
    }
}
