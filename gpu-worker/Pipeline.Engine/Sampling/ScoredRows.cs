using System.Runtime.InteropServices;

namespace Pipeline.Engine.Sampling;

/// <summary>The rows of a step whose probabilities are asked for. Kept from step to step.</summary>
internal sealed class ScoredRows
{
    private readonly List<int> _rows = [];

    /// <summary>The rows, ascending: of all rows, not of the special ones.</summary>
    public ReadOnlySpan<int> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>Likeliest tokens that the row which asks for most of them wants.</summary>
    public int Top { get; private set; }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _rows.Clear();
        Top = 0;
    }

    /// <summary>Adds a row.</summary>
    public void Add(int row, int top)
    {
        _rows.Add(row);
        Top = Math.Max(Top, top);
    }
}
