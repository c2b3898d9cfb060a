namespace Pipeline.Engine.Models.Rope;

/// <summary>
/// YaRN (Peng et al., 2023; _compute_yarn_parameters): pairs that turn often over the original context keep their frequency,
/// those that hardly turn are slowed, the others blended by their number; and cosines and sines grow a little.
/// </summary>
/// <param name="Factor">By how much the lowest frequencies are slowed.</param>
/// <param name="OriginalContext">Positions the model was first trained on.</param>
/// <param name="BetaFast">Pairs that turn more often than this are kept.</param>
/// <param name="BetaSlow">Pairs that turn less often than this are slowed fully.</param>
/// <param name="AttentionFactor">What cosines and sines are multiplied by; null for 0.1 ln(factor) + 1.</param>
/// <param name="Truncates">Whether the numbers of the pairs where blending begins and ends are made whole.</param>
public sealed record YarnScaling(
    double Factor, double OriginalContext, double BetaFast, double BetaSlow, double? AttentionFactor, bool Truncates) : RopeScaling
{
    /// <inheritdoc/>
    public override double Magnitude => AttentionFactor ?? (Factor <= 1 ? 1 : (0.1 * Math.Log(Factor)) + 1);

    /// <inheritdoc/>
    public override double[] Apply(double[] frequencies, double theta)
    {
        int dimensions = 2 * frequencies.Length;
        double low = PairThatTurns(BetaFast, dimensions, theta), high = PairThatTurns(BetaSlow, dimensions, theta);
        low = Math.Max(Truncates ? Math.Floor(low) : low, 0);
        high = Math.Min(Truncates ? Math.Ceiling(high) : high, dimensions - 1);

        // As the reference does where both are one: a step, not a division by nothing.
        double width = high == low ? 0.001 : high - low;
        return [.. frequencies.Select((frequency, i) =>
        {
            double slowed = Math.Clamp((i - low) / width, 0, 1);
            return (frequency / Factor * slowed) + (frequency * (1 - slowed));
        })];
    }

    /// <summary>The number of the pair, a fraction, that turns so many times over the original context.</summary>
    private double PairThatTurns(double times, int dimensions, double theta) =>
        dimensions * Math.Log(OriginalContext / (times * 2 * Math.PI)) / (2 * Math.Log(theta));
}
