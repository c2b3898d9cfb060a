namespace Pipeline.Tokenization.Splitting;

/// <summary>Cuts pieces by a well-known pattern. It leaves nothing out, as the pattern's expression matches anywhere. Immutable.</summary>
internal sealed class WordPatternSplitter(WordPattern pattern) : Splitter
{
    protected override void Split(string text, Piece piece, List<Piece> output)
    {
        ReadOnlySpan<char> inside = text.AsSpan(piece.Start, piece.Length);
        for (int start = 0; start < inside.Length;)
        {
            int end = End(inside, start);
            output.Add(new Piece(piece.Start + start, end - start));
            start = end;
        }
    }

    /// <summary>Where the match that begins at a place ends: the first alternative that matches, as far as it goes.</summary>
    private int End(ReadOnlySpan<char> text, int start)
    {
        if (pattern.Contractions is Contractions.Apart or Contractions.ApartSmall
            && Contraction(text, start, pattern.Contractions == Contractions.ApartSmall) is > 0 and var length)
        {
            return start + length;
        }
        CharacterKind kind = CharacterKinds.At(text, start, out int first);
        bool space = text[start] == ' ';
        int word = pattern.Shape switch
        {
            WordShape.Cased => CasedWord(text, start, first, kind),
            WordShape.AfterAny => Word(text, start, first, kind,
                prefix: (kind & CharacterKind.Number) == 0 && text[start] is not ('\r' or '\n')),
            _ => Word(text, start, first, kind, prefix: space),
        };
        if (word > 0)
        {
            return word;
        }
        bool numbersAfterSpace = space && pattern.Shape == WordShape.AfterSpace;
        int numbers = Run(text, numbersAfterSpace ? start + 1 : start, CharacterKind.Number, pattern.MostDigits);
        if (numbers > start && (!numbersAfterSpace || numbers > start + 1))
        {
            return numbers;
        }
        int others = Others(text, space ? start + 1 : start);
        return others > 0 ? others : Spaces(text, start);
    }

    private static int Word(ReadOnlySpan<char> text, int start, int first, CharacterKind kind, bool prefix)
    {
        int letters = (kind & CharacterKind.Letter) != 0 ? start : prefix ? start + first : text.Length;
        int end = Run(text, letters, CharacterKind.Letter, int.MaxValue);
        return end > letters ? end : 0;
    }

    /// <summary>
    /// [^\r\n\p{L}\p{N}]?A*B+ or else [^\r\n\p{L}\p{N}]?A+B*, where A are capitals and B small letters, and letters
    /// without case and marks are both; a mark can be the character before the word as well.
    /// </summary>
    private int CasedWord(ReadOnlySpan<char> text, int start, int first, CharacterKind kind)
    {
        bool prefix = (kind & (CharacterKind.Letter | CharacterKind.Number)) == 0 && text[start] is not ('\r' or '\n');
        bool letters = (kind & (CharacterKind.Upper | CharacterKind.Lower)) != 0;
        int end = prefix ? SmallEnded(text, start + first) : 0;
        end = end == 0 && letters ? SmallEnded(text, start) : end;
        end = end == 0 && prefix ? CapitalBegun(text, start + first) : end;
        end = end == 0 && letters ? CapitalBegun(text, start) : end;
        return end > 0 && pattern.Contractions == Contractions.WithWord ? end + Contraction(text, end, small: false) : end;
    }

    /// <summary>A*B+: where no small letter comes after the capitals, it ends with the last of them that is both.</summary>
    private static int SmallEnded(ReadOnlySpan<char> text, int start)
    {
        int lastBoth = 0;
        int position = start;
        while (position < text.Length)
        {
            CharacterKind kind = CharacterKinds.At(text, position, out int length);
            if ((kind & CharacterKind.Upper) == 0)
            {
                if ((kind & CharacterKind.Lower) != 0)
                {
                    return Run(text, position, CharacterKind.Lower, int.MaxValue);
                }
                break;
            }
            position += length;
            if ((kind & CharacterKind.Lower) != 0)
            {
                lastBoth = position;
            }
        }
        return lastBoth;
    }

    private static int CapitalBegun(ReadOnlySpan<char> text, int start)
    {
        int capitals = Run(text, start, CharacterKind.Upper, int.MaxValue);
        return capitals == start ? 0 : Run(text, capitals, CharacterKind.Lower, int.MaxValue);
    }

    private int Others(ReadOnlySpan<char> text, int start)
    {
        int end = start;
        while (end < text.Length && IsOther(CharacterKinds.At(text, end, out int length)))
        {
            end += length;
        }
        if (end == start)
        {
            return 0;
        }
        while (end < text.Length && pattern.Tail.Contains(text[end]))
        {
            end++;
        }
        return end;
    }

    private static bool IsOther(CharacterKind kind) =>
        (kind & (CharacterKind.Letter | CharacterKind.Number | CharacterKind.Space)) == 0;

    /// <summary>Up to the last line end; or else all but the last space, which goes with what follows; or else that one.</summary>
    private int Spaces(ReadOnlySpan<char> text, int start)
    {
        int end = Run(text, start, CharacterKind.Space, int.MaxValue);
        int lines = pattern.Shape == WordShape.AfterSpace ? -1 : text[start..end].LastIndexOfAny('\r', '\n');
        return lines >= 0 ? start + lines + 1
            : end < text.Length && end > start + 1 ? end - 1
            : end;
    }

    private static int Run(ReadOnlySpan<char> text, int start, CharacterKind kind, int most)
    {
        int end = start;
        while (most-- > 0 && end < text.Length && (CharacterKinds.At(text, end, out int length) & kind) != 0)
        {
            end += length;
        }
        return end;
    }

    /// <summary>The length of the contraction at a place, or 0. The long s is an s where capitals are.</summary>
    private static int Contraction(ReadOnlySpan<char> text, int start, bool small)
    {
        if (start + 1 >= text.Length || text[start] != '\'')
        {
            return 0;
        }
        char first = Fold(text[start + 1]);
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }
        char second = start + 2 < text.Length ? Fold(text[start + 2]) : '\0';
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;

        char Fold(char letter) => small ? letter : letter == '\u017F' ? 's' : char.ToLowerInvariant(letter);
    }
}
