using System.Runtime.InteropServices;

namespace Pipeline.Engine.Sampling;

/// <summary>The rows of a step whose probabilities are asked for. Kept from step to step.</summary>
internal sealed class ScoredRows
{
    /// <summary>Stands for the token that a row chooses.</summary>
    public const int Chosen = -1;

    private readonly List<int> _rows = [], _tokens = [];

    /// <summary>The rows, ascending: of all rows, not of the special ones.</summary>
    public ReadOnlySpan<int> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>For each the token whose probability is asked for, or <see cref="Chosen"/>.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Likeliest tokens that the row which asks for most of them wants.</summary>
    public int Top { get; private set; }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _rows.Clear();
        _tokens.Clear();
        Top = 0;
    }

    /// <summary>Adds a row.</summary>
    public void Add(int row, int top, int token)
    {
        _rows.Add(row);
        _tokens.Add(token);
        Top = Math.Max(Top, top);
    }
}
