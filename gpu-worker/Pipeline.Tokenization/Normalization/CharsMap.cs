using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Normalization;

/// <summary>
/// SentencePiece's compiled replacements (precompiled_charsmap): a double-array trie over UTF-8 whose values point into
/// a block of texts, each ended by a zero byte. Applied as Hugging Face's tokenizers do (its Precompiled). Immutable.
/// </summary>
/// <remarks>
/// The layout: the trie's length in bytes (little endian), the trie as 32-bit units, the texts. A unit (as in the darts-clone
/// library): bits 0 to 7 and 31 the label, bit 8 whether a value follows, bits 10 to 30 the offset, which bit 9 shifts by 8.
/// </remarks>
internal sealed class CharsMap
{
    /// <summary>A character seen by a reader that is longer than this in UTF-8 is only replaced part by part.</summary>
    private const int LongestWhole = 5;

    private readonly uint[] _units;
    private readonly byte[] _texts;

    /// <exception cref="InvalidDataException">The map is damaged.</exception>
    public CharsMap(ReadOnlySpan<byte> map)
    {
        int length = map.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(map) : -1;
        if (length < 4 || length % 4 != 0 || length > map.Length - 4)
        {
            throw new InvalidDataException("The tokenizer's precompiled_charsmap is damaged.");
        }
        _units = new uint[length / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + i * 4)..]);
        }
        _texts = map[(4 + length)..].ToArray();
    }

    public string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        Span<byte> bytes = stackalloc byte[LongestWhole];
        for (int position = 0; position < text.Length;)
        {
            ReadOnlySpan<char> element = text.AsSpan(position, StringInfo.GetNextTextElementLength(text, position));
            position += element.Length;
            if (Encoding.UTF8.TryGetBytes(element, bytes, out int count) && Replace(bytes[..count], result))
            {
                continue;
            }
            foreach (Rune rune in element.EnumerateRunes())
            {
                if (!Replace(bytes[..rune.EncodeToUtf8(bytes)], result))
                {
                    result.Append(rune);
                }
            }
        }
        return result.ToString();
    }

    /// <summary>Appends what the shortest beginning found in the trie is replaced by; nothing where none is found.</summary>
    private bool Replace(ReadOnlySpan<byte> key, StringBuilder output)
    {
        uint position = Offset(_units[0]);
        foreach (byte value in key)
        {
            position ^= value;
            uint unit = position < _units.Length ? _units[position] : 0;
            if (value == 0 || (unit & 0x8000_00FF) != value)
            {
                return false;
            }
            position ^= Offset(unit);
            if ((unit & 0x100) != 0 && position < _units.Length)
            {
                ReadOnlySpan<byte> text = _texts.AsSpan((int)Math.Min(_units[position] & 0x7FFF_FFFF, (uint)_texts.Length));
                int end = text.IndexOf((byte)0);
                output.Append(Encoding.UTF8.GetString(end < 0 ? text : text[..end]));
                return true;
            }
        }
        return false;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
