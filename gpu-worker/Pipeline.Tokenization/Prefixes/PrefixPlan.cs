namespace Pipeline.Tokenization.Prefixes;

/// <summary>
/// How the prompts of a batch best follow each other: their beginnings are a trie, block by block, and the order goes through
/// it depth first. What shares a beginning comes together, the longer the shared one the closer, and whatever else comes in
/// the order of first appearance. Deterministic; immutable.
/// </summary>
/// <remarks>
/// The trie is not built. The prompts are sorted by their blocks: what a subtree holds is then a run, and how much two
/// neighbours have in common says where the runs part. Takes a few bytes a prompt beyond the outlines.
/// </remarks>
public sealed class PrefixPlan
{
    private PrefixPlan(int[] order, CachePrediction prediction)
    {
        Order = order;
        Prediction = prediction;
    }

    /// <summary>The places of the prompts, counted from 0 as they were given, in the order in which they are to run. Those without an outline come last.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>What comes out of a cache that has room for all: in no order is less computed.</summary>
    public CachePrediction Prediction { get; }

    /// <summary>Makes a plan.</summary>
    /// <param name="prompts">The prompts, in the order of the file; null for one that will not run.</param>
    /// <param name="blockSize">Tokens in a block, as the outlines were made.</param>
    public static PrefixPlan Make(IReadOnlyList<PromptOutline?> prompts, int blockSize = PromptOutline.DefaultBlockSize)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        int[] places = [.. Enumerable.Range(0, prompts.Count).Where(place => prompts[place] is not null)];
        PromptOutline[] outlines = [.. places.Select(place => prompts[place]!)];
        int[] order = DepthFirst(outlines);
        var prediction = CachePrediction.Of([.. order.Select(index => outlines[index])], blockSize);
        return new PrefixPlan(
            [.. order.Select(index => places[index]), .. Enumerable.Range(0, prompts.Count).Where(place => prompts[place] is null)], prediction);
    }

    private static int[] DepthFirst(PromptOutline[] prompts)
    {
        int[] sorted = [.. Enumerable.Range(0, prompts.Length)];
        Array.Sort(sorted, (a, b) => prompts[a].Blocks.SequenceCompareTo(prompts[b].Blocks) is not 0 and int by ? by : a.CompareTo(b));

        // What each has in common with the one before it; the first with nobody.
        int[] common = new int[sorted.Length];
        for (int i = 1; i < sorted.Length; i++)
        {
            common[i] = prompts[sorted[i]].CommonBlocks(prompts[sorted[i - 1]]);
        }

        var order = new List<int>(sorted.Length);
        var runs = new Stack<Run>();
        var parts = new List<Run>();
        runs.Push(new Run(0, sorted.Length, 0));
        while (runs.TryPop(out Run run))
        {
            if (run.End - run.Start <= 1)
            {
                order.AddRange(sorted.AsSpan(run.Start..run.End));
                continue;
            }

            int depth = common[(run.Start + 1)..run.End].Min();
            Part(run, depth, sorted, common, parts);
            // One that ends where the others go on comes first: they can begin with all its blocks, it not with theirs.
            parts.Sort((a, b) => (GoesOn(a), a.First).CompareTo((GoesOn(b), b.First)));
            for (int i = parts.Count - 1; i >= 0; i--)
            {
                runs.Push(parts[i]);
            }

            bool GoesOn(Run part) => depth == 0 || prompts[sorted[part.Start]].Blocks.Length > depth;
        }

        return [.. order];
    }

    /// <summary>Cuts a run, whose prompts have <paramref name="depth"/> blocks in common, into those that have more.</summary>
    private static void Part(Run run, int depth, int[] sorted, int[] common, List<Run> parts)
    {
        parts.Clear();
        int start = run.Start, first = sorted[start];
        for (int i = run.Start + 1; i < run.End; i++)
        {
            if (common[i] == depth)
            {
                parts.Add(new Run(start, i, first));
                (start, first) = (i, sorted[i]);
            }

            first = Math.Min(first, sorted[i]);
        }

        parts.Add(new Run(start, run.End, first));
    }

    /// <summary>Sorted prompts side by side: those of one subtree.</summary>
    /// <param name="Start">The first one's place among the sorted.</param>
    /// <param name="End">The place after the last one's.</param>
    /// <param name="First">Which of them was given first.</param>
    private readonly record struct Run(int Start, int End, int First);
}
