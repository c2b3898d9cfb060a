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

    /// <summary>What cosines and sines are multiplied by.</summary>
    public double Magnitude => Scaling?.Magnitude ?? 1;

    /// <summary>Radians per position: one for each pair of values that turns.</summary>
    public double[] Frequencies()
    {
        double[] frequencies = new double[Dimensions / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = Math.Pow(Theta, -2.0 * i / Dimensions);
        }

        return Scaling is null ? frequencies : Scaling.Apply(frequencies, Theta);
    }
}
