using System.Text;

namespace Pipeline.Tokenization.Models;

/// <summary>BERT's model: the longest token that a word begins with, then the longest that goes on with it, and so forth.</summary>
internal sealed class WordPiece : TokenModel
{
    private readonly VocabularyTrie _beginnings;
    private readonly VocabularyTrie _continuations;
    private readonly int _unknown;
    private readonly int _longestWord;

    /// <param name="vocabulary">Ids by spelling.</param>
    /// <param name="unknown">The token for a word that cannot be written.</param>
    /// <param name="continuingPrefix">How tokens that go on with a word are marked, usually ##.</param>
    /// <param name="longestWord">A word of more code points than this is unknown.</param>
    public WordPiece(Dictionary<string, int> vocabulary, int unknown, string continuingPrefix, int longestWord)
        : base(vocabulary)
    {
        _unknown = unknown;
        _longestWord = longestWord;
        _beginnings = new VocabularyTrie(vocabulary);
        _continuations = new VocabularyTrie(vocabulary
            .Where(token => token.Key.StartsWith(continuingPrefix, StringComparison.Ordinal))
            .Select(token => KeyValuePair.Create(token.Key[continuingPrefix.Length..], token.Value)));
    }

    protected override void EncodeAnew(ReadOnlySpan<char> piece, List<int> output)
    {
        int first = output.Count;
        bool known = !IsLong(piece);
        for (int start = 0; known && start < piece.Length;)
        {
            (int token, int length) = Longest(start == 0 ? _beginnings : _continuations, piece[start..]);
            known = token >= 0;
            output.Add(token);
            start += length;
        }
        if (!known)
        {
            output.RemoveRange(first, output.Count - first);
            output.Add(_unknown);
        }
    }

    private bool IsLong(ReadOnlySpan<char> piece)
    {
        int characters = 0;
        foreach (Rune _ in piece.EnumerateRunes())
        {
            characters++;
        }
        return characters > _longestWord;
    }

    private static (int Token, int Length) Longest(VocabularyTrie trie, ReadOnlySpan<char> text)
    {
        (int Token, int Length) longest = (-1, 0);
        int node = VocabularyTrie.Root;
        for (int i = 0; i < text.Length && (node = trie.Next(node, text[i])) >= 0; i++)
        {
            if (trie.Token(node) >= 0)
            {
                longest = (trie.Token(node), i + 1);
            }
        }
        return longest;
    }
}
