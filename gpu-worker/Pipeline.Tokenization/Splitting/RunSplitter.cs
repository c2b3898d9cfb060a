namespace Pipeline.Tokenization.Splitting;

/// <summary>
/// Cuts text into runs: letters, up to two digits, spaces, line ends, or one sign repeated; the joints of JSON objects stay
/// whole. Written out for <see cref="Expression"/>, which the model that ships with the project is cut by. Immutable.
/// </summary>
internal sealed class RunSplitter : Splitter
{
    /// <summary>The expression that this is, letter for letter.</summary>
    public const string Expression = """\{"|"[:,]"|"\}|\p{L}+|[0-9]{1,2}| +|[\r\n]+|\*+|-+|=+|\.+|_+|[^\p{L}0-9 \r\n]""";

    protected override void Split(string text, Piece piece, List<Piece> output)
    {
        ReadOnlySpan<char> inside = text.AsSpan(piece.Start, piece.Length);
        for (int start = 0; start < inside.Length;)
        {
            int length = Length(inside[start..]);
            output.Add(new Piece(piece.Start + start, length));
            start += length;
        }
    }

    private static int Length(ReadOnlySpan<char> text) => text[0] switch
    {
        ' ' or '*' or '-' or '=' or '.' or '_' => Run(text, text[0]),
        '\r' or '\n' => text.IndexOfAnyExcept('\r', '\n') is >= 0 and var end ? end : text.Length,
        >= '0' and <= '9' => text.Length > 1 && char.IsAsciiDigit(text[1]) ? 2 : 1,
        '{' when text is ['{', '"', ..] => 2,
        '"' when text is ['"', ':' or ',', '"', ..] => 3,
        '"' when text is ['"', '}', ..] => 2,
        _ => LettersOrOne(text),
    };

    // Most are of one: a search would take longer to set out.
    private static int Run(ReadOnlySpan<char> text, char unit)
    {
        int end = 1;
        while (end < text.Length && text[end] == unit)
        {
            end++;
        }

        return end;
    }

    private static int LettersOrOne(ReadOnlySpan<char> text)
    {
        int end = 0;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        while (end < text.Length)
        {
            bool letter = (CharacterKinds.At(text, end, out int length) & CharacterKind.Letter) != 0;
            if (!letter)
            {
                return end == 0 ? length : end;
            }

            end += length;
        }

        return end;
    }
}
