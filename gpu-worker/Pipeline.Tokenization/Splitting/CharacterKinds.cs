using System.Globalization;

namespace Pipeline.Tokenization.Splitting;

/// <summary>What the split patterns of GPT-like tokenizers ask about a character.</summary>
[Flags]
internal enum CharacterKind : byte
{
    /// <summary>Punctuation, signs, controls, marks: what is none of the others.</summary>
    Other = 0,
    Letter = 1,
    Number = 2,
    Space = 4,

    /// <summary>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</summary>
    Upper = 8,

    /// <summary>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</summary>
    Lower = 16,
}

/// <summary>The kinds of all characters, in a table for those of the basic plane.</summary>
internal static class CharacterKinds
{
    private static readonly CharacterKind[] Basic = Build();

    /// <summary>The kind of the character at a place in well-formed UTF-16.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Where the character begins.</param>
    /// <param name="length">How many UTF-16 units it has.</param>
    public static CharacterKind At(ReadOnlySpan<char> text, int index, out int length)
    {
        char unit = text[index];
        if (!char.IsHighSurrogate(unit))
        {
            length = 1;
            return Basic[unit];
        }
        length = 2;
        return Of(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(unit, text[index + 1])));
    }

    private static CharacterKind[] Build()
    {
        var kinds = new CharacterKind[0x10000];
        for (int value = 0; value < kinds.Length; value++)
        {
            kinds[value] = char.IsWhiteSpace((char)value) ? CharacterKind.Space : Of(CharUnicodeInfo.GetUnicodeCategory((char)value));
        }
        return kinds;
    }

    private static CharacterKind Of(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharacterKind.Letter | CharacterKind.Upper,
        UnicodeCategory.LowercaseLetter => CharacterKind.Letter | CharacterKind.Lower,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter =>
            CharacterKind.Letter | CharacterKind.Upper | CharacterKind.Lower,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
            CharacterKind.Upper | CharacterKind.Lower,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterKind.Number,
        _ => CharacterKind.Other,
    };
}
