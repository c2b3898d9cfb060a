namespace Pipeline.Engine.Models;

/// <summary>
/// Llama 3's stretching of rotary frequencies for contexts longer than it was trained on.
/// Formula: https://github.com/meta-llama/llama-models, models/llama3/model.py, apply_scaling.
/// </summary>
/// <param name="Factor">By how much the lowest frequencies are slowed.</param>
/// <param name="LowFrequencyFactor">Wavelengths above original context / this are slowed fully.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original context / this are kept.</param>
/// <param name="OriginalContext">Positions the model was first trained on.</param>
public sealed record RopeScaling(
    double Factor, double LowFrequencyFactor, double HighFrequencyFactor, double OriginalContext)
{
    /// <summary>The frequency to use in place of <paramref name="frequency"/> (radians per position).</summary>
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
