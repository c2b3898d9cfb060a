namespace Pipeline.Engine.Models.Rope;

/// <summary>
/// LongRoPE (_compute_longrope_parameters): each frequency is divided by a factor of its own, of one list in sequences no longer
/// than those of training and of another in longer ones; and cosines and sines grow a little.
/// </summary>
/// <param name="ShortFactors">One for each pair of values that turns.</param>
/// <param name="LongFactors">The same for longer sequences.</param>
/// <param name="OriginalContext">Positions the model was first trained on.</param>
/// <param name="AttentionFactor">What cosines and sines are multiplied by.</param>
public sealed record LongRopeScaling(
    IReadOnlyList<double> ShortFactors, IReadOnlyList<double> LongFactors, int OriginalContext, double AttentionFactor) : RopeScaling
{
    /// <inheritdoc/>
    public override double Magnitude => AttentionFactor;

    /// <inheritdoc/>
    public override double[] Apply(double[] frequencies, double theta) => Divide(frequencies, ShortFactors);

    /// <summary>The frequencies in longer sequences.</summary>
    public double[] Stretch(double[] frequencies) => Divide(frequencies, LongFactors);

    /// <summary>Reads the settings.</summary>
    /// <param name="section">The section of the scaling.</param>
    /// <param name="config">The configuration: the original context stands beside the rest.</param>
    /// <param name="pairs">Pairs of values that turn.</param>
    internal static LongRopeScaling Read(JsonSection section, JsonSection config, int pairs)
    {
        int original = section.OptionalInt("original_max_position_embeddings") ?? config.Int("original_max_position_embeddings");
        double grown = config.RequiredNumber("max_position_embeddings") / original;
        return new LongRopeScaling(
            Factors("short_factor"),
            Factors("long_factor"),
            original,
            section.Number("attention_factor") ?? (grown <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(grown) / Math.Log(original)))));

        IReadOnlyList<double> Factors(string name)
        {
            IReadOnlyList<double> factors = section.Numbers(name) ?? [];
            return factors.Count == pairs ? factors : throw section.Unsupported(name, $"{factors.Count} numbers for {pairs} pairs of values");
        }
    }

    private static double[] Divide(double[] frequencies, IReadOnlyList<double> factors) =>
        [.. frequencies.Zip(factors, (frequency, factor) => frequency / factor)];
}
