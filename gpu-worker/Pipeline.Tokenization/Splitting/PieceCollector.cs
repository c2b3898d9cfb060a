namespace Pipeline.Tokenization.Splitting;

/// <summary>What becomes of the stretches at which a splitter cuts.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Takes the parts of one piece in order, those that matched and those between, and keeps or joins them.</summary>
internal ref struct PieceCollector(SplitBehavior behavior, List<Piece> output)
{
    private readonly int _first = output.Count;
    private bool _lastMatched;

    /// <param name="part">The next part; an empty one is left out.</param>
    /// <param name="matched">Whether it is one to cut at.</param>
    public void Add(Piece part, bool matched)
    {
        if (part.Length == 0)
        {
            return;
        }
        bool joinsLast = output.Count > _first && behavior switch
        {
            SplitBehavior.MergedWithPrevious => matched && !_lastMatched,
            SplitBehavior.MergedWithNext => !matched && _lastMatched,
            SplitBehavior.Contiguous => matched == _lastMatched,
            _ => false,
        };
        _lastMatched = matched;
        if (joinsLast)
        {
            output[^1] = new Piece(output[^1].Start, part.End - output[^1].Start);
        }
        else if (!(matched && behavior == SplitBehavior.Removed))
        {
            output.Add(part);
        }
    }
}
