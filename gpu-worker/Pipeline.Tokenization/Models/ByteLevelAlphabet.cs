using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Tokenization.Models;

/// <summary>
/// The printable stand-ins that byte-level vocabularies use for the 256 byte values: printable Latin-1 stands for
/// itself, every other byte for a character from U+0100 on, in order (GPT-2's <c>bytes_to_unicode</c>).
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] CharacterOfByte = Build();
    private static readonly short[] ByteOfCharacter = Invert(CharacterOfByte);

    public static char Character(byte value) => CharacterOfByte[value];

    /// <summary>The bytes that a vocabulary entry stands for, or false where it has a character outside the alphabet.</summary>
    public static bool TryGetBytes(string token, [NotNullWhen(true)] out byte[]? bytes)
    {
        byte[] result = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            int value = token[i] < ByteOfCharacter.Length ? ByteOfCharacter[token[i]] : -1;
            if (value < 0)
            {
                bytes = null;
                return false;
            }
            result[i] = (byte)value;
        }
        bytes = result;
        return true;
    }

    private static char[] Build()
    {
        char[] characters = new char[256];
        char next = (char)256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = printable ? (char)value : next++;
        }
        return characters;
    }

    private static short[] Invert(char[] characters)
    {
        short[] bytes = new short[characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < characters.Length; value++)
        {
            bytes[characters[value]] = (short)value;
        }
        return bytes;
    }
}
