using Pipeline.Engine.Grammar.Automata;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>
/// Finds the token that has to come where the next bytes have no alternative. There may still be several ways to cut those
/// bytes into tokens: the one that the tokenizer itself takes is forced, as the model has seen it in training, and only while
/// no token that may come could reach from within it beyond the bytes that are certain.
/// </summary>
/// <remarks>
/// A mask allows the forced token alone. So what is generated is the same whether forced tokens are computed one by one or
/// taken ahead together: the token depends on the state, and on nothing else.
/// </remarks>
internal static class ForcedTokens
{
    /// <summary>The forced token of a state; null where there is none.</summary>
    /// <param name="automaton">The language.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="at">The state.</param>
    /// <param name="longest">How many bytes to look ahead.</param>
    public static int? First(PushdownAutomaton automaton, TokenVocabulary vocabulary, Configuration at, int longest)
    {
        List<byte> run = [];
        Configuration end = at;
        while (run.Count < longest && automaton.OnlyByte(end) is { } only)
        {
            run.Add(only);
            end = automaton.Step(end, only);
        }

        if (run.Count == 0)
        {
            return null;
        }

        byte[] bytes = [.. run];
        int[] tokens = vocabulary.Encode(bytes);
        if (tokens.Length == 0 || vocabulary.Bytes(tokens[0]) is not { IsEmpty: false } first || !bytes.AsSpan().StartsWith(first))
        {
            return null;
        }

        return ReachesBeyond(automaton, vocabulary.Trie, end, bytes, first.Length) ? null : tokens[0];
    }

    private static bool ReachesBeyond(PushdownAutomaton automaton, TokenTrie trie, Configuration end, ReadOnlySpan<byte> run, int first)
    {
        for (int start = Math.Max(0, run.Length - trie.LongestToken); start < first; start++)
        {
            if (trie.Find(run[start..]) is var node and >= 0 && TrieWalk.AnyBelow(automaton, trie, end, node))
            {
                return true;
            }
        }

        return false;
    }
}
