using System.Runtime.InteropServices;

namespace Pipeline.Engine.Sampling;

/// <summary>
/// How all rows of a step become tokens, laid out for the device. Rows that just take the likeliest token leave no trace but
/// their number; of the others, the special ones, parts speak by their place among them. Plain C#; kept from step to step.
/// </summary>
/// <param name="vocabulary">Logits in a row.</param>
internal sealed class SamplingRows(int vocabulary)
{
    private readonly List<int> _special = new(64);
    private readonly List<LogitEdit> _edits = [];
    private readonly List<int> _editedEnds = [];
    private int _count;

    /// <summary>The rows that do not just take the likeliest token, ascending.</summary>
    public ReadOnlySpan<int> Special => CollectionsMarshal.AsSpan(_special);

    /// <summary>Those of them that are drawn from all tokens.</summary>
    public DrawnRows FromAll { get; } = new();

    /// <summary>Those of them that are drawn from the likeliest.</summary>
    public DrawnRows FromLikeliest { get; } = new();

    /// <summary>Those of them whose choice is constrained.</summary>
    public MaskedRows Masked { get; } = new(vocabulary);

    /// <summary>All rows whose probabilities are asked for, special or not.</summary>
    public ScoredRows Scored { get; } = new();

    /// <summary>Number of rows.</summary>
    public int Count => _count;

    /// <summary>Logits in a row.</summary>
    public int Vocabulary => vocabulary;

    /// <summary>What is done to their logits: place after place, each with as many as <see cref="EditedEnds"/> says.</summary>
    public ReadOnlySpan<LogitEdit> Edits => CollectionsMarshal.AsSpan(_edits);

    /// <summary>For each place where its edits end in <see cref="Edits"/>; they begin where those of the place before end.</summary>
    public ReadOnlySpan<int> EditedEnds => CollectionsMarshal.AsSpan(_editedEnds);

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _count = 0;
        _special.Clear();
        _edits.Clear();
        _editedEnds.Clear();
        FromAll.Clear();
        FromLikeliest.Clear();
        Masked.Clear();
        Scored.Clear();
    }

    /// <summary>Adds a row of which the next token is known: only how likely it is is asked. What it chooses is nobody's.</summary>
    /// <param name="token">That token.</param>
    /// <param name="top">How many of the likeliest are asked for.</param>
    public void AddGiven(int token, int top) => Scored.Add(_count++, top, token);

    /// <summary>Adds the next row.</summary>
    public void Add(in SamplingRow row)
    {
        int index = _count++;
        if (row.Logprobs is { } top)
        {
            Scored.Add(index, top, ScoredRows.Chosen);
        }

        if (row.IsPlain)
        {
            return;
        }

        int place = _special.Count;
        _special.Add(index);
        if (row.Constraint is not null)
        {
            Masked.Add(place, row);
        }

        // A constraint that leaves only the end goes before the wish to go on: its mask has seen to that.
        row.Edits?.AddTo(_edits, row.MustGoOn && row.Constraint is null);
        _editedEnds.Add(_edits.Count);
        if (row.Parameters.Temperature != 0)
        {
            (row.Parameters.LimitsCandidates ? FromLikeliest : FromAll).Add(place, row);
        }
    }
}
