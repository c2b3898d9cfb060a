namespace Pipeline.Tokenization.Models;

/// <summary>
/// Where a text can be cut before byte pair encoding without changing its tokens: between two characters that stand side
/// by side in no token that merges make. Tokenizers without a pre-tokenizer see a whole text as one piece; so cut, it is
/// done word by word. Immutable.
/// </summary>
internal sealed class NeverJoined
{
    private const int Bits = 1 << 20;

    /// <summary>A set by hash alone: a pair taken for another that joins is only a cut less.</summary>
    private readonly ulong[] _joined = new ulong[Bits / 64];

    private NeverJoined()
    {
    }

    /// <returns>Null where it cannot be known: where merges join tokens that are not spelled as the text they stand for.</returns>
    public static NeverJoined? Of(Dictionary<string, int> vocabulary, IReadOnlyList<(int Left, int Right, int Joined)> pairs)
    {
        string?[] spellings = new string?[vocabulary.Values.Max() + 1];
        foreach ((string token, int id) in vocabulary)
        {
            spellings[id] = token;
        }
        var set = new NeverJoined();
        foreach ((int left, int right, int joined) in pairs)
        {
            if (ByteTokens.Parse(spellings[left]!) is not null || ByteTokens.Parse(spellings[right]!) is not null)
            {
                return null;
            }
            string token = spellings[joined]!;
            for (int i = 1; i < token.Length; i++)
            {
                int bit = Hash(token[i - 1], token[i]);
                set._joined[bit >> 6] |= 1UL << bit;
            }
        }
        return set;
    }

    /// <summary>The first place to cut a text at, or 0.</summary>
    public int First(ReadOnlySpan<char> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            int bit = Hash(text[i - 1], text[i]);
            if ((_joined[bit >> 6] & (1UL << bit)) == 0 && !char.IsLowSurrogate(text[i]))
            {
                return i;
            }
        }
        return 0;
    }

    private static int Hash(char left, char right) => (int)((((uint)left << 16) | right) * 0x9E37_79B1u >> 12);
}
