namespace Pipeline.Engine.Embedding.Packing;

/// <summary>What a step computes: inputs, a row for each of their tokens, ordered by length so that equal lengths lie together.</summary>
internal sealed class PackedStep
{
    /// <summary>Packs inputs.</summary>
    public PackedStep(IEnumerable<EmbeddingInput> inputs)
    {
        Inputs = [.. inputs.OrderBy(input => input.Tokens.Length)];
        List<LengthGroup> groups = [];
        foreach (IGrouping<int, EmbeddingInput> equal in Inputs.GroupBy(input => input.Tokens.Length))
        {
            LengthGroup group = new(Rows, equal.Count(), equal.Key);
            groups.Add(group);
            Rows += group.Rows;
        }

        Groups = groups;
    }

    /// <summary>The inputs, in row order.</summary>
    public IReadOnlyList<EmbeddingInput> Inputs { get; }

    /// <summary>The same by length, in row order.</summary>
    public IReadOnlyList<LengthGroup> Groups { get; }

    /// <summary>Tokens of all.</summary>
    public int Rows { get; }

    /// <summary>Writes each row's token id.</summary>
    public void WriteTokens(Span<long> rows)
    {
        int at = 0;
        foreach (EmbeddingInput input in Inputs)
        {
            foreach (int token in input.Tokens)
            {
                rows[at++] = token;
            }
        }
    }

    /// <summary>Writes each row's place in its input, from 0.</summary>
    public void WritePositions(Span<long> rows)
    {
        int at = 0;
        foreach (EmbeddingInput input in Inputs)
        {
            for (int i = 0; i < input.Tokens.Length; i++)
            {
                rows[at++] = i;
            }
        }
    }
}
