namespace Pipeline.Engine.Models.Rope;

/// <summary>
/// Llama 3's: low frequencies are slowed, high ones kept, those between blended.
/// Formula: https://github.com/meta-llama/llama-models, models/llama3/model.py, apply_scaling.
/// </summary>
/// <param name="Factor">By how much the lowest frequencies are slowed.</param>
/// <param name="LowFrequencyFactor">Wavelengths above original context / this are slowed fully.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original context / this are kept.</param>
/// <param name="OriginalContext">Positions the model was first trained on.</param>
public sealed record Llama3Scaling(
    double Factor, double LowFrequencyFactor, double HighFrequencyFactor, double OriginalContext) : RopeScaling
{
    /// <inheritdoc/>
    public override double[] Apply(double[] frequencies, double theta) => [.. frequencies.Select(Apply)];

    /// <summary>The frequency to use in place of <paramref name="frequency"/>.</summary>
    public double Apply(double frequency)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < OriginalContext / HighFrequencyFactor)
        {
            return frequency;
        }

        if (wavelength > OriginalContext / LowFrequencyFactor)
        {
            return frequency / Factor;
        }

        double smooth = ((OriginalContext / wavelength) - LowFrequencyFactor)
            / (HighFrequencyFactor - LowFrequencyFactor);
        return ((1 - smooth) * frequency / Factor) + (smooth * frequency);
    }
}
