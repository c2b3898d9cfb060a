using Pipeline.Engine.Grammar.Automata;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>Reads all tokens at once against an automaton: what begins alike is read once, and left at the first byte that cannot come.</summary>
internal static class TrieWalk
{
    /// <summary>Marks the tokens that may come.</summary>
    /// <param name="automaton">The language.</param>
    /// <param name="trie">The tokens.</param>
    /// <param name="from">Where the text has led so far.</param>
    /// <param name="words">Bit (t % 32) of word (t / 32) is set for token t; others stay.</param>
    /// <param name="allow">What else has to hold where a token leads; null for nothing.</param>
    /// <returns>Whether a token was left out because that does not hold.</returns>
    public static bool Mark(PushdownAutomaton automaton, TokenTrie trie, Configuration from, Span<uint> words, Func<Configuration, bool>? allow = null)
    {
        var walk = new Configuration[trie.LongestToken + 1];
        walk[0] = from;
        bool left = false;
        for (int node = 0; node < trie.Count;)
        {
            int depth = trie.Depth(node);
            Configuration to = automaton.Step(walk[depth], trie.Byte(node));
            if (to == Configuration.Dead)
            {
                node = trie.End(node);
                continue;
            }

            walk[depth + 1] = to;
            ReadOnlySpan<int> tokens = trie.Tokens(node);
            if (!tokens.IsEmpty && allow?.Invoke(to) == false)
            {
                left = true;
            }
            else
            {
                foreach (int token in tokens)
                {
                    words[token / 32] |= 1u << (token % 32);
                }
            }

            node++;
        }

        return left;
    }

    /// <summary>Whether any token may come that begins with the bytes of a node and goes on beyond them.</summary>
    /// <param name="automaton">The language.</param>
    /// <param name="trie">The tokens.</param>
    /// <param name="from">Where those bytes have led.</param>
    /// <param name="root">The node.</param>
    public static bool AnyBelow(PushdownAutomaton automaton, TokenTrie trie, Configuration from, int root)
    {
        var walk = new Configuration[trie.LongestToken + 1];
        walk[trie.Depth(root) + 1] = from;
        for (int node = root + 1; node < trie.End(root);)
        {
            int depth = trie.Depth(node);
            Configuration to = automaton.Step(walk[depth], trie.Byte(node));
            if (to == Configuration.Dead)
            {
                node = trie.End(node);
                continue;
            }

            if (!trie.Tokens(node).IsEmpty)
            {
                return true;
            }

            walk[depth + 1] = to;
            node++;
        }

        return false;
    }
}
