namespace Pipeline.Engine.Models.Rope;

/// <summary>
/// A way to change rotary frequencies. The formulas are those of Hugging Face's transformers, modeling_rope_utils.py, in the
/// function that each form names.
/// </summary>
public abstract record RopeScaling
{
    /// <summary>What cosines and sines are multiplied by.</summary>
    public virtual double Magnitude => 1;

    /// <summary>The frequencies to use in place of <paramref name="frequencies"/> (radians per position).</summary>
    /// <param name="frequencies">theta^(-2i / dimensions).</param>
    /// <param name="theta">Their base.</param>
    public abstract double[] Apply(double[] frequencies, double theta);
}
