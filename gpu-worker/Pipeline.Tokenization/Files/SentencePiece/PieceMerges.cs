namespace Pipeline.Tokenization.Files.SentencePiece;

/// <summary>
/// The merges of a SentencePiece BPE, which its file does not list: any two pieces that together are a piece, in the order
/// of that piece's score. As transformers' convert_slow_tokenizer.py makes them (generate_merges), but none makes a piece
/// that is not for text.
/// </summary>
internal static class PieceMerges
{
    public static List<(int Left, int Right, int Joined)> Of(IReadOnlyList<VocabularyPiece> pieces, Dictionary<string, int> vocabulary)
    {
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<Merge>();
        for (int id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Type is not (PieceType.Normal or PieceType.UserDefined))
            {
                continue;
            }
            string text = pieces[id].Text;
            int first = merges.Count;
            for (int cut = 1; cut < text.Length; cut++)
            {
                if (lookup.TryGetValue(text.AsSpan(0, cut), out int left) && lookup.TryGetValue(text.AsSpan(cut), out int right))
                {
                    merges.Add(new Merge(left, right, id, pieces[id].Score, CodePoints(text.AsSpan(0, cut)), CodePoints(text.AsSpan(cut))));
                }
            }
            merges.Sort(first, merges.Count - first, Comparer<Merge>.Create(
                (one, other) => one.Left != other.Left ? one.Left.CompareTo(other.Left) : one.Right.CompareTo(other.Right)));
        }
        return
        [
            .. merges.OrderByDescending(merge => merge.Score).ThenByDescending(merge => merge.LeftLength)
                .ThenByDescending(merge => merge.RightLength).Select(merge => (merge.Left, merge.Right, merge.Joined)),
        ];
    }

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (char unit in text)
        {
            count += char.IsLowSurrogate(unit) ? 0 : 1;
        }
        return count;
    }

    private readonly record struct Merge(int Left, int Right, int Joined, float Score, int LeftLength, int RightLength);
}
