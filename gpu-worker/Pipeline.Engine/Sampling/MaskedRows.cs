using System.Runtime.InteropServices;

namespace Pipeline.Engine.Sampling;

/// <summary>The rows of a step whose choice is constrained, with their masks. Kept from step to step.</summary>
/// <param name="vocabulary">Logits in a row.</param>
internal sealed class MaskedRows(int vocabulary)
{
    private readonly List<int> _places = [];
    private uint[] _masks = [];

    /// <summary>Number of rows.</summary>
    public int Count => _places.Count;

    /// <summary>Their places among the special rows, ascending.</summary>
    public ReadOnlySpan<int> Places => CollectionsMarshal.AsSpan(_places);

    /// <summary>Words of a mask: bit (t % 32) of word (t / 32) says whether token t may come.</summary>
    public int Words { get; } = (vocabulary + 31) / 32;

    /// <summary>The masks, one after another.</summary>
    public ReadOnlySpan<uint> Masks => _masks.AsSpan(0, Count * Words);

    /// <summary>Forgets all rows.</summary>
    public void Clear() => _places.Clear();

    /// <summary>Adds a row.</summary>
    public void Add(int place, in SamplingRow row)
    {
        int at = Count * Words;
        if (_masks.Length < at + Words)
        {
            Array.Resize(ref _masks, Math.Max(at + Words, 2 * _masks.Length));
        }

        Span<uint> mask = _masks.AsSpan(at, Words);
        row.Constraint!.WriteMask(mask);
        if (row.MustGoOn)
        {
            row.Edits!.TakeEndOut(mask);
        }

        _places.Add(place);
    }
}
