namespace Pipeline.Engine.Models.Rope;

/// <summary>
/// Rotary positions ("halves" form): value i of a head's first <see cref="Dimensions"/> turns against value
/// i + <see cref="Dimensions"/> / 2, by the position times a frequency. What comes behind these does not turn.
/// </summary>
public sealed record RopeConfig
{
    /// <summary>Base of the frequencies.</summary>
    public required double Theta { get; init; }

    /// <summary>Values of a head that turn; even.</summary>
    public required int Dimensions { get; init; }

    /// <summary>How frequencies are changed for contexts longer than those of training; null for not at all.</summary>
    public RopeScaling? Scaling { get; init; }

    /// <summary>Sequences that get longer than this turn by <see cref="StretchedFrequencies"/>; null if all turn alike.</summary>
    public int? StretchedFrom => (Scaling as LongRopeScaling)?.OriginalContext;

    /// <summary>What cosines and sines are multiplied by.</summary>
    public double Magnitude => Scaling?.Magnitude ?? 1;

    /// <summary>Radians per position: one for each pair of values that turns.</summary>
    public double[] Frequencies() => Scaling is null ? Unscaled() : Scaling.Apply(Unscaled(), Theta);

    /// <summary>Those of longer sequences, where they have their own.</summary>
    public double[]? StretchedFrequencies() => (Scaling as LongRopeScaling)?.Stretch(Unscaled());

    private double[] Unscaled()
    {
        double[] frequencies = new double[Dimensions / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = Math.Pow(Theta, -2.0 * i / Dimensions);
        }

        return frequencies;
    }
}
