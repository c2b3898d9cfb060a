using System.Text;

namespace Pipeline.Documents.Splitting;

/// <summary>Fills parts with pieces, one after the other.</summary>
/// <param name="most">How long a part may be.</param>
internal sealed class Packing(int most)
{
    private readonly List<string> _parts = [];
    private readonly StringBuilder _filling = new();
    private long _filled;

    /// <summary>How long a part may be.</summary>
    public int Most => most;

    /// <summary>Adds a piece to the part at hand, or where it has no room for it, to the next.</summary>
    /// <returns>False, and nothing is added, if the piece is too long for any.</returns>
    public bool TryAdd(string piece, int length)
    {
        if (length > most)
        {
            return false;
        }

        if (_filled + length > most)
        {
            Close();
        }

        _filling.Append(piece);
        _filled += length;
        return true;
    }

    /// <summary>All parts, without white space around them.</summary>
    public IReadOnlyList<string> Complete()
    {
        Close();
        return _parts;
    }

    private void Close()
    {
        string part = _filling.ToString().Trim();
        if (part.Length > 0)
        {
            _parts.Add(part);
        }

        _filling.Clear();
        _filled = 0;
    }
}
