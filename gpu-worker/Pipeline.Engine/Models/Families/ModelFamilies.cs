namespace Pipeline.Engine.Models.Families;

/// <summary>The families there are.</summary>
internal static class ModelFamilies
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } = 
    [
        new Llama(), new Mistral(), new Qwen2(), new Qwen3(), new Phi3(), new Gemma2(), new Gemma3(), new Qwen3Moe(), new Mixtral(),
    ];

    /// <summary>The family of a configuration.</summary>
    /// <exception cref="UnsupportedModelException">It is of none of them.</exception>
    public static IModelFamily Of(JsonSection config)
    {
        string type = config.RequiredText("model_type");
        return All.FirstOrDefault(family => family.ModelTypes.Contains(type)) ?? throw config.Unsupported(
            "model_type", $"{type} (supported are {string.Join(", ", All.SelectMany(family => family.ModelTypes))})");
    }
}
