using System.Buffers;

namespace Pipeline.Tokenization.Models;

/// <summary>
/// SentencePiece's Unigram model (T5, XLM-R, ALBERT and their like): of all ways to write a piece as tokens, the one whose
/// scores sum to the most, found by the Viterbi algorithm as in Hugging Face's implementation.
/// </summary>
internal sealed class Unigram : TokenModel
{
    /// <summary>How much worse than the worst token an unknown character is (SentencePiece's kUnkPenalty).</summary>
    private const double UnknownPenalty = 10;

    private readonly VocabularyTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly ByteTokens? _bytes;

    /// <param name="vocabulary">Ids by spelling.</param>
    /// <param name="scores">The logarithm of each id's probability.</param>
    /// <param name="unknown">The token for what has none, or -1.</param>
    /// <param name="byteFallback">Whether what is unknown becomes the tokens of its bytes, where all of them have one.</param>
    /// <param name="steering">The tokens that no text is written with: they steer the model.</param>
    public Unigram(Dictionary<string, int> vocabulary, double[] scores, int unknown, bool byteFallback, IReadOnlySet<string> steering)
        : base(vocabulary)
    {
        _trie = new VocabularyTrie(vocabulary.Where(token => !steering.Contains(token.Key)));
        _scores = scores;
        _unknownScore = scores.DefaultIfEmpty().Min() - UnknownPenalty;
        _unknown = unknown;
        _bytes = byteFallback ? new ByteTokens(vocabulary) : null;
    }

    /// <exception cref="InvalidDataException">A character is in no token, and the model has no token for that.</exception>
    protected override void EncodeAnew(ReadOnlySpan<char> piece, List<int> output)
    {
        Node[] best = ArrayPool<Node>.Shared.Rent(piece.Length + 1);
        try
        {
            FindBest(piece, best.AsSpan(0, piece.Length + 1));
            int steps = Link(best, piece.Length);
            for (int start = 0; steps > 0; steps--)
            {
                int end = best[start].Next;
                if (best[end].Token != _unknown)
                {
                    output.Add(best[end].Token);
                }
                else
                {
                    while (steps > 1 && best[best[end].Next].Token == _unknown)
                    {
                        end = best[end].Next;
                        steps--;
                    }
                    AddUnknown(piece[start..end], output);
                }
                start = end;
            }
        }
        finally
        {
            ArrayPool<Node>.Shared.Return(best);
        }
    }

    /// <summary>For each place that a token can end at, the best last token of a way there.</summary>
    private void FindBest(ReadOnlySpan<char> piece, Span<Node> best)
    {
        best.Fill(new Node(0, -1, -1, 0));
        for (int start = 0, width; start < piece.Length; start += width)
        {
            width = char.IsHighSurrogate(piece[start]) ? 2 : 1;
            double scoreHere = best[start].Score;
            bool characterKnown = false;
            int node = VocabularyTrie.Root;
            for (int end = start; end < piece.Length && (node = _trie.Next(node, piece[end])) >= 0;)
            {
                end++;
                if (_trie.Token(node) is >= 0 and int token)
                {
                    Offer(ref best[end], start, token, _scores[token] + scoreHere);
                    characterKnown |= end - start == width;
                }
            }
            if (!characterKnown)
            {
                if (_unknown < 0)
                {
                    throw new InvalidDataException($"The tokenizer has no token for '{piece.Slice(start, width)}', and none for unknown characters.");
                }
                Offer(ref best[start + width], start, _unknown, _unknownScore + scoreHere);
            }
        }
    }

    private static void Offer(ref Node end, int start, int token, double score)
    {
        if (end.Start < 0 || score > end.Score)
        {
            end = new Node(score, start, token, 0);
        }
    }

    /// <summary>Turns the way that ends at a place round, so that it can be gone from the start. Returns its length in tokens.</summary>
    private static int Link(Node[] best, int end)
    {
        int steps = 0;
        while (end > 0)
        {
            int start = best[end].Start;
            best[start].Next = end;
            end = start;
            steps++;
        }
        return steps;
    }

    /// <summary>Unknown characters side by side are one: a token if they happen to be spelled like one, or bytes, or unknown.</summary>
    private void AddUnknown(ReadOnlySpan<char> text, List<int> output)
    {
        if (Vocabulary.TryGetValue(text.ToString(), out int id))
        {
            output.Add(id);
        }
        else if (_bytes?.TryAdd(text, output) != true)
        {
            output.Add(_unknown);
        }
    }

    private record struct Node(double Score, int Start, int Token, int Next);
}
