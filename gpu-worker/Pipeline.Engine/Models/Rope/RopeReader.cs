namespace Pipeline.Engine.Models.Rope;

/// <summary>
/// Reads rotary settings: newer configurations hold them in one object, <c>rope_parameters</c>, older ones beside the rest, with
/// the scaling alone in <c>rope_scaling</c>.
/// </summary>
internal static class RopeReader
{
    /// <summary>The settings of a model that has one kind.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="headSize">Width of a head.</param>
    /// <exception cref="UnsupportedModelException">They are of a kind that is not supported, or incomplete.</exception>
    public static RopeConfig Read(JsonSection config, int headSize)
    {
        JsonSection? all = config.Section("rope_parameters"), scaling = all ?? config.Section("rope_scaling");
        double share = all?.Number("partial_rotary_factor") ?? config.Number("partial_rotary_factor") ?? 1;
        int dimensions = (int)(headSize * share);
        if (share is not 1 && (dimensions % 2 != 0 || dimensions <= 0 || dimensions > headSize))
        {
            throw config.Unsupported("partial_rotary_factor", $"{share} of {headSize}");
        }

        return new RopeConfig
        {
            Theta = all?.Number("rope_theta") ?? config.Number("rope_theta") ?? 10000,
            Dimensions = dimensions,
            Scaling = scaling is null ? null : ReadScaling(scaling, config, dimensions),
        };
    }

    /// <summary>The scaling that a section asks for, or null for none.</summary>
    /// <param name="section">The section.</param>
    /// <param name="config">The configuration around it.</param>
    /// <param name="dimensions">Values of a head that turn.</param>
    public static RopeScaling? ReadScaling(JsonSection section, JsonSection config, int dimensions)
    {
        string type = section.Text("rope_type") ?? section.Text("type") ?? "default";
        return type switch
        {
            "default" => null,
            "linear" => new LinearScaling(section.RequiredNumber("factor")),
            "llama3" => new Llama3Scaling(
                section.RequiredNumber("factor"),
                section.RequiredNumber("low_freq_factor"),
                section.RequiredNumber("high_freq_factor"),
                section.RequiredNumber("original_max_position_embeddings")),
            "yarn" => ReadYarn(section, config),
            "longrope" or "su" => LongRopeScaling.Read(section, config, dimensions / 2),
            _ => throw section.Unsupported("rope_type", type),
        };
    }

    private static YarnScaling ReadYarn(JsonSection section, JsonSection config)
    {
        // Two magnitudes, one over the other: DeepSeek's, which none of the families here have.
        section.RequireAbsent("mscale");
        section.RequireAbsent("mscale_all_dim");
        double original = section.Number("original_max_position_embeddings") ?? config.RequiredNumber("max_position_embeddings");
        return new YarnScaling(
            section.RequiredNumber("factor"), original, section.Number("beta_fast") ?? 32, section.Number("beta_slow") ?? 1,
            section.Number("attention_factor"), section.OptionalFlag("truncate") ?? true);
    }
}
