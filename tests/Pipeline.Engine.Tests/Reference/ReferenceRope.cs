namespace Pipeline.Engine.Tests.Reference;

/// <summary>Rotary frequencies and their use, after transformers/modeling_rope_utils.py and the models' apply_rotary_pos_emb.</summary>
internal sealed class ReferenceRope
{
    private readonly double[] _frequencies;
    private readonly double _magnitude = 1;

    private ReferenceRope(double[] frequencies, double magnitude)
    {
        _frequencies = frequencies;
        _magnitude = magnitude;
    }

    /// <summary>_compute_default_rope_parameters.</summary>
    public static ReferenceRope Default(double theta, int dimensions) => new(Inverse(theta, dimensions), 1);

    /// <summary>ROPE_INIT_FUNCTIONS[rope_type].</summary>
    public static ReferenceRope Of(ReferenceConfig config, int headSize, int length)
    {
        ReferenceConfig? scaling = config.Section("rope_scaling");
        double theta = config.Number("rope_theta", 10000);
        int dimensions = (int)(headSize * config.Number("partial_rotary_factor", 1));
        string type = scaling is null ? "default" : scaling.Has("rope_type") ? scaling.Text("rope_type") : scaling.Text("type", "default");
        return type switch
        {
            "default" => Default(theta, dimensions),
            "linear" => Linear(scaling!.Number("factor"), theta, dimensions),
            "llama3" => Llama3(scaling!, theta, dimensions),
            "yarn" => Yarn(config, scaling!, theta, dimensions),
            "longrope" or "su" => Long(config, scaling!, theta, dimensions, length),
            _ => throw new NotSupportedException(type),
        };
    }

    /// <summary>_compute_linear_scaling_rope_parameters.</summary>
    public static ReferenceRope Linear(double factor, double theta, int dimensions) =>
        new([.. Inverse(theta, dimensions).Select(frequency => frequency / factor)], 1);

    /// <summary>apply_rotary_pos_emb with rotate_half, on heads that stand one after another.</summary>
    public void Turn(double[] heads, int headSize, int position)
    {
        int half = _frequencies.Length;
        for (int start = 0; start < heads.Length; start += headSize)
        {
            for (int i = 0; i < half; i++)
            {
                double cos = Math.Cos(position * _frequencies[i]) * _magnitude, sin = Math.Sin(position * _frequencies[i]) * _magnitude;
                double a = heads[start + i], b = heads[start + half + i];
                heads[start + i] = (a * cos) - (b * sin);
                heads[start + half + i] = (b * cos) + (a * sin);
            }
        }
    }

    private static double[] Inverse(double theta, int dimensions) =>
        [.. Enumerable.Range(0, dimensions / 2).Select(i => 1 / Math.Pow(theta, 2.0 * i / dimensions))];

    /// <summary>_compute_llama3_parameters.</summary>
    private static ReferenceRope Llama3(ReferenceConfig scaling, double theta, int dimensions)
    {
        double factor = scaling.Number("factor"), low = scaling.Number("low_freq_factor"), high = scaling.Number("high_freq_factor");
        return new([.. Inverse(theta, dimensions).Select(frequency =>
        {
            double turns = scaling.Number("original_max_position_embeddings") * frequency / (2 * Math.PI);
            double kept = Math.Clamp((turns - low) / (high - low), 0, 1);
            return (frequency * kept) + (frequency / factor * (1 - kept));
        })], 1);
    }

    /// <summary>_compute_yarn_parameters.</summary>
    private static ReferenceRope Yarn(ReferenceConfig config, ReferenceConfig scaling, double theta, int dim)
    {
        double factor = scaling.Number("factor"), fast = scaling.Number("beta_fast", 32), slow = scaling.Number("beta_slow", 1);
        double original = scaling.Number("original_max_position_embeddings", config.Number("max_position_embeddings"));
        double attention = scaling.Number("attention_factor", (0.1 * Math.Log(factor)) + 1);
        double CorrectionDim(double rotations) => dim * Math.Log(original / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
        double low = Math.Max(Math.Floor(CorrectionDim(fast)), 0), high = Math.Min(Math.Ceiling(CorrectionDim(slow)), dim - 1);
        high += low == high ? 0.001 : 0;
        return new([.. Inverse(theta, dim).Select((extrapolation, i) =>
        {
            double ramp = Math.Clamp((i - low) / (high - low), 0, 1), extrapolated = 1 - ramp;
            return (extrapolation / factor * (1 - extrapolated)) + (extrapolation * extrapolated);
        })], attention);
    }

    /// <summary>_compute_longrope_parameters, as dynamic_rope_update calls it: the long factors once the sequence is longer than those of training.</summary>
    private static ReferenceRope Long(ReferenceConfig config, ReferenceConfig scaling, double theta, int dim, int length)
    {
        double original = config.Number("original_max_position_embeddings"), longest = config.Number("max_position_embeddings");
        double factor = longest / original;
        double attention = scaling.Number("attention_factor", factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original))));
        double[] ext = scaling.Numbers(length > original ? "long_factor" : "short_factor");
        return new([.. Inverse(theta, dim).Select((frequency, i) => frequency / ext[i])], attention);
    }
}
