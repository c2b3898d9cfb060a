using System.Runtime.InteropServices;

namespace Pipeline.Engine.Sampling;

/// <summary>Rows of a step that are drawn by chance, laid out for the device. Kept from step to step.</summary>
internal sealed class DrawnRows
{
    /// <summary>Numbers for each row.</summary>
    public const int Settings = 5;

    // A product with it is less than the number itself, however that is rounded.
    private const double HighestChance = 1 - (1.0 / (1L << 50));

    private readonly List<int> _places = new(64);
    private readonly List<double>[] _settings = [.. Enumerable.Range(0, Settings).Select(_ => new List<double>(64))];

    /// <summary>Number of rows.</summary>
    public int Count => _places.Count;

    /// <summary>Their places among the special rows, ascending.</summary>
    public ReadOnlySpan<int> Places => CollectionsMarshal.AsSpan(_places);

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _places.Clear();
        foreach (List<double> setting in _settings)
        {
            setting.Clear();
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(int place, in SamplingRow row)
    {
        SamplingParameters parameters = row.Parameters;
        _places.Add(place);
        _settings[0].Add(parameters.Temperature);
        _settings[1].Add(parameters.MinP);
        _settings[2].Add(parameters.TopK == 0 ? int.MaxValue : parameters.TopK);
        _settings[3].Add(parameters.TopP);
        _settings[4].Add(Math.Min(row.Uniform, HighestChance));
    }

    /// <summary>Writes all temperatures, then all min-p, top-k (2^31 - 1 for all tokens), top-p, and chances.</summary>
    public void WriteTo(Span<double> numbers)
    {
        for (int i = 0; i < Settings; i++)
        {
            CollectionsMarshal.AsSpan(_settings[i]).CopyTo(numbers[(i * Count)..]);
        }
    }
}
