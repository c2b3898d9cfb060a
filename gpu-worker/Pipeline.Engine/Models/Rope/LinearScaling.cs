namespace Pipeline.Engine.Models.Rope;

/// <summary>All frequencies are slowed alike (_compute_linear_scaling_rope_parameters).</summary>
/// <param name="Factor">By how much.</param>
public sealed record LinearScaling(double Factor) : RopeScaling
{
    /// <inheritdoc/>
    public override double[] Apply(double[] frequencies, double theta) => [.. frequencies.Select(frequency => frequency / Factor)];
}
