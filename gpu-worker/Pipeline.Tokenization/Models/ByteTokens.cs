using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Models;

/// <summary>The tokens that stand for single bytes, spelled &lt;0x0A&gt;, which SentencePiece falls back on. Immutable.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids = new int[256];

    public ByteTokens(Dictionary<string, int> vocabulary)
    {
        for (int value = 0; value < _ids.Length; value++)
        {
            _ids[value] = vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1);
        }
    }

    /// <summary>Whether there is a token for every byte that occurs in UTF-8.</summary>
    public bool Complete
    {
        get
        {
            for (int value = 0; value < 0xF5; value++)
            {
                if (_ids[value] < 0 && value is not (0xC0 or 0xC1))
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>Adds the tokens of a text's UTF-8, or nothing where one of its bytes has none.</summary>
    /// <returns>Whether they were added.</returns>
    public bool TryAdd(ReadOnlySpan<char> text, List<int> output)
    {
        int first = output.Count;
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            int count = rune.EncodeToUtf8(bytes);
            foreach (byte value in bytes[..count])
            {
                if (_ids[value] < 0)
                {
                    output.RemoveRange(first, output.Count - first);
                    return false;
                }
                output.Add(_ids[value]);
            }
        }
        return true;
    }

    /// <summary>The byte that a token is spelled as, or null.</summary>
    public static byte? Parse(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value : null;
}
