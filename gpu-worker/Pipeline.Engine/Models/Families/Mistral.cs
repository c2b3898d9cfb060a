namespace Pipeline.Engine.Models.Families;

/// <summary>Mistral: a Llama whose layers may all see a window of the last tokens only.</summary>
internal sealed class Mistral : IModelFamily
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["mistral"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.Require("hidden_act", "silu");
        return CommonSettings.Read(config) with
        {
            LayerPattern = CommonSettings.Windows(config, config.OptionalInt("sliding_window"), _ => true),
        };
    }
}
