using System.Text;

namespace Pipeline.ModelTrainer.Tokenizers;

/// <summary>Learns the merges of a byte-level BPE from texts. The same texts give the same merges.</summary>
internal static class BpeTrainer
{
    /// <summary>Learns merges until the vocabulary has <paramref name="vocabularySize"/> tokens, special ones included.</summary>
    public static List<(int Left, int Right)> Train(IEnumerable<string> texts, int vocabularySize)
    {
        var (words, counts) = CountPieces(texts);
        var pairs = new Dictionary<(int, int), long>();
        var where = new Dictionary<(int, int), HashSet<int>>();
        for (var w = 0; w < words.Count; w++)
        {
            Tally(words[w], counts[w], w, pairs, where, add: true);
        }

        var merges = new List<(int, int)>();
        for (var id = BpeTokenizer.FirstMergeId; id < vocabularySize && pairs.Count > 0; id++)
        {
            // Ties go to the smaller pair: the order of a dictionary must not decide.
            var best = pairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key).First();
            if (best.Value < 2)
            {
                break;
            }

            merges.Add(best.Key);
            foreach (var w in where[best.Key].ToArray())
            {
                Tally(words[w], counts[w], w, pairs, where, add: false);
                words[w] = Merge(words[w], best.Key, id);
                Tally(words[w], counts[w], w, pairs, where, add: true);
            }
        }

        return merges;
    }

    internal static int[] Merge(int[] word, (int Left, int Right) pair, int id)
    {
        var result = new List<int>(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            if (i + 1 < word.Length && word[i] == pair.Left && word[i + 1] == pair.Right)
            {
                result.Add(id);
                i++;
            }
            else
            {
                result.Add(word[i]);
            }
        }

        return [.. result];
    }

    private static (List<int[]> Words, List<long> Counts) CountPieces(IEnumerable<string> texts)
    {
        var tally = new Dictionary<string, long>();
        foreach (var piece in texts.SelectMany(TextPieces.Of))
        {
            tally[piece] = tally.GetValueOrDefault(piece) + 1;
        }

        var ordered = tally.OrderBy(p => p.Key, StringComparer.Ordinal).ToList();
        return (
            ordered.ConvertAll(p => Array.ConvertAll(Encoding.UTF8.GetBytes(p.Key), b => BpeTokenizer.FirstByteId + b)),
            ordered.ConvertAll(p => p.Value));
    }

    private static void Tally(
        int[] word, long count, int index, Dictionary<(int, int), long> pairs, Dictionary<(int, int), HashSet<int>> where, bool add)
    {
        for (var i = 0; i + 1 < word.Length; i++)
        {
            var pair = (word[i], word[i + 1]);
            if (add)
            {
                pairs[pair] = pairs.GetValueOrDefault(pair) + count;
                if (!where.TryGetValue(pair, out var set))
                {
                    where[pair] = set = [];
                }

                set.Add(index);
            }
            else
            {
                var left = pairs[pair] - count;
                if (left == 0)
                {
                    pairs.Remove(pair);
                }
                else
                {
                    pairs[pair] = left;
                }

                where[pair].Remove(index);
            }
        }
    }
}
