using System.Numerics;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>A set of tokens: as bits, or as a list where it has few. Immutable.</summary>
internal sealed class TokenMask
{
    private readonly uint[]? _words;
    private readonly int[]? _tokens;

    /// <param name="words">The set: bit (t % 32) of word (t / 32) for token t. It is taken over.</param>
    public TokenMask(uint[] words)
    {
        int count = words.Sum(BitOperations.PopCount);
        if (count < words.Length)
        {
            _tokens = new int[count];
            for (int word = 0, i = 0; word < words.Length; word++)
            {
                for (uint bits = words[word]; bits != 0; bits &= bits - 1)
                {
                    _tokens[i++] = (32 * word) + BitOperations.TrailingZeroCount(bits);
                }
            }
        }
        else
        {
            _words = words;
        }
    }

    /// <summary>About how much memory it takes.</summary>
    public long Bytes => 48 + (4L * ((_words?.Length ?? 0) + (_tokens?.Length ?? 0)));

    /// <summary>Writes the set over what was there.</summary>
    /// <param name="mask">As many words as the set has, or more.</param>
    public void Write(Span<uint> mask)
    {
        if (_words is not null)
        {
            _words.CopyTo(mask);
            mask[_words.Length..].Clear();
            return;
        }

        mask.Clear();
        foreach (int token in _tokens!)
        {
            mask[token / 32] |= 1u << (token % 32);
        }
    }
}
