namespace Pipeline.Engine.Grammar.Patterns;

/// <summary>A deterministic automaton over characters. Its first state is where a text begins. Immutable.</summary>
internal sealed class TextAutomaton(IReadOnlyList<TextState> states)
{
    /// <summary>More would take longer to make than a request is worth.</summary>
    public const int MostStates = 20_000;

    /// <summary>The states; texts begin in the first.</summary>
    public IReadOnlyList<TextState> States => states;

    /// <summary>Every text of <paramref name="least"/> to <paramref name="most"/> characters.</summary>
    public static TextAutomaton OfLength(int least, int? most)
    {
        Check((long)(most ?? least) + 1);
        int count = (most ?? least) + 1;
        return new TextAutomaton(
        [
            .. Enumerable.Range(0, count).Select(i => new TextState(
                i >= least, i + 1 < count ? [(CodePointSet.All, i + 1)] : most is null ? [(CodePointSet.All, i)] : [])),
        ]);
    }

    /// <summary>What is accepted by this and by the other.</summary>
    /// <exception cref="GrammarException">The result is too large.</exception>
    public TextAutomaton Intersect(TextAutomaton other)
    {
        var numbers = new Dictionary<(int, int), int> { [(0, 0)] = 0 };
        List<(int Mine, int Theirs)> pairs = [(0, 0)];
        List<TextState> made = [];
        for (int i = 0; i < pairs.Count; i++)
        {
            TextState mine = States[pairs[i].Mine], theirs = other.States[pairs[i].Theirs];
            List<(CodePointSet, int)> edges = [];
            foreach ((CodePointSet set, int target) in mine.Edges)
            {
                foreach ((CodePointSet otherSet, int otherTarget) in theirs.Edges)
                {
                    if (set.Intersect(otherSet) is { IsEmpty: false } common)
                    {
                        if (!numbers.TryGetValue((target, otherTarget), out int number))
                        {
                            numbers.Add((target, otherTarget), number = pairs.Count);
                            pairs.Add((target, otherTarget));
                            Check(pairs.Count);
                        }

                        edges.Add((common, number));
                    }
                }
            }

            made.Add(new TextState(mine.Accepts && theirs.Accepts, edges));
        }

        return new TextAutomaton(made);
    }

    /// <summary>Every text that is not accepted.</summary>
    public TextAutomaton Complement()
    {
        int rest = States.Count;
        List<TextState> made =
        [
            .. States.Select(state =>
            {
                CodePointSet others = state.Edges.Aggregate(CodePointSet.None, (all, edge) => all.Union(edge.Set)).Complement();
                return new TextState(!state.Accepts, others.IsEmpty ? state.Edges : [.. state.Edges, (others, rest)]);
            }),
        ];
        made.Add(new TextState(true, [(CodePointSet.All, rest)]));
        return new TextAutomaton(made);
    }

    /// <summary>Whether a text is accepted.</summary>
    public bool Accepts(string text)
    {
        int at = 0;
        foreach (System.Text.Rune character in text.EnumerateRunes())
        {
            (CodePointSet? set, int target) = States[at].Edges.FirstOrDefault(edge => edge.Set.Contains(character.Value));
            if (set is null)
            {
                return false;
            }

            at = target;
        }

        return States[at].Accepts;
    }

    internal static void Check(long states)
    {
        if (states > MostStates)
        {
            throw new GrammarException("", $"It is too large: its automaton has more than {MostStates:N0} states.");
        }
    }
}

/// <summary>A state: whether the text may end there, and where characters lead. No two edges have a character in common.</summary>
internal sealed record TextState(bool Accepts, IReadOnlyList<(CodePointSet Set, int Target)> Edges);
