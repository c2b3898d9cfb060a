namespace Pipeline.Engine.Tests.Support;

/// <summary>Small models of every family, with what each has of its own. Contexts in the tests go to some 90 tokens.</summary>
public static class FamilyShapes
{
    public static IReadOnlyDictionary<string, ModelShape> All { get; } = new Dictionary<string, ModelShape>
    {
        ["mistral, short window"] = new() { ModelType = "mistral", Seed = 21, Settings = Of(("sliding_window", 12)) },
        ["mistral, long window, linear rope"] = new()
        {
            ModelType = "mistral", Seed = 22, HeadSize = 16,
            Settings = Of(("sliding_window", 4096), ("rope_scaling", Of(("type", "linear"), ("factor", 4.0)))),
        },
        ["mistral, no window, yarn"] = new()
        {
            ModelType = "mistral", Seed = 23, HeadSize = 16,
            Settings = Of(("sliding_window", null), ("rope_scaling", Of(("rope_type", "yarn"), ("factor", 4.0), ("original_max_position_embeddings", 64)))),
        },
        ["qwen2"] = new() { ModelType = "qwen2", Seed = 24, Tied = true, Settings = Of(("use_sliding_window", false), ("sliding_window", 5)) },
        ["qwen2, windows in later layers"] = new()
        {
            ModelType = "qwen2", Seed = 25, Layers = 4, Shards = 3,
            Settings = Of(("use_sliding_window", true), ("sliding_window", 20), ("max_window_layers", 2)),
        },
        ["qwen3"] = new() { ModelType = "qwen3", Seed = 26, HeadSize = 16, Tied = true },
        ["qwen3, biased, layer types"] = new()
        {
            ModelType = "qwen3", Seed = 27, Bias = true,
            Settings = Of(
                ("use_sliding_window", true), ("sliding_window", 9), ("layer_types", new[] { "sliding_attention", "full_attention" })),
        },
    };

    private static Dictionary<string, object?> Of(params (string Name, object? Value)[] settings) =>
        settings.ToDictionary(setting => setting.Name, setting => setting.Value);
}
