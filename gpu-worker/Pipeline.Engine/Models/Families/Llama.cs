namespace Pipeline.Engine.Models.Families;

/// <summary>Llama 2, 3, 3.1, 3.2 and the many models that are built like them.</summary>
internal sealed class Llama : IModelFamily
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes => ["llama"];

    /// <inheritdoc/>
    public ModelConfig Read(JsonSection config)
    {
        config.Require("hidden_act", "silu");
        config.RequireFalse("mlp_bias");
        bool bias = config.Flag("attention_bias");
        return CommonSettings.Read(config) with { QueryKeyValueBias = bias, OutputBias = bias };
    }
}
