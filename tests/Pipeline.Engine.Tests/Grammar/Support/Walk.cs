using System.Text;
using Pipeline.Engine.Grammar.Masks;

namespace Pipeline.Engine.Tests.Grammar.Support;

/// <summary>An output made of tokens drawn from masks alone.</summary>
internal static class Walk
{
    /// <summary>Draws tokens to the end; after a while those that lead there sooner.</summary>
    /// <returns>The output; null where it has not ended after many tokens.</returns>
    public static byte[]? Draw(CompiledGrammar grammar, Random random, int most = 3000)
    {
        TokenVocabulary vocabulary = grammar.Vocabulary;
        var constraint = new TokenConstraint(grammar);
        List<byte> text = [];
        for (int i = 0; i < most; i++)
        {
            List<int> allowed = constraint.Allowed(vocabulary);
            List<int> ends = [.. allowed.Where(vocabulary.IsEnd)];
            // What closes something is a byte that is a bracket or a quotation mark: with those any text comes to its end.
            List<int> closing = i > 40 ? [.. allowed.Where(token => vocabulary.Bytes(token) is [.., (byte)'"' or (byte)'}' or (byte)']'])] : [];
            List<int> from = ends.Count > 0 && (i > 40 || random.Next(4) == 0) ? ends : closing.Count > 0 && random.Next(4) > 0 ? closing : allowed;
            int chosen = from[random.Next(from.Count)];
            Assert.True(constraint.Accept(chosen), $"{chosen} is allowed, but not accepted, after {Encoding.UTF8.GetString([.. text])}");
            if (vocabulary.IsEnd(chosen))
            {
                return [.. text];
            }

            text.AddRange(vocabulary.Bytes(chosen));
        }

        return null;
    }

    /// <summary>A text cut into tokens at random: the longest that fit, or their first bytes alone.</summary>
    public static IEnumerable<int> Cut(TokenVocabulary vocabulary, byte[] text, Random random)
    {
        for (int at = 0; at < text.Length;)
        {
            int length = Math.Min(random.Next(1, 9), text.Length - at);
            int token = -1;
            for (; token < 0; length--)
            {
                token = vocabulary.Trie.Find(text.AsSpan(at, length)) is var node and >= 0 && vocabulary.Trie.Tokens(node) is [var first, ..] ? first : -1;
            }

            at += vocabulary.Bytes(token).Length;
            yield return token;
        }
    }
}
