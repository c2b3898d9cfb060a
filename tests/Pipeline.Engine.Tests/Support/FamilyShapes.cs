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
        ["phi3, short window"] = new() { ModelType = "phi3", Seed = 28, Settings = Of(("sliding_window", 15)) },
        ["phi3, partial rotation, long and short sequences"] = new()
        {
            ModelType = "phi3", Seed = 29, HeadSize = 16, Tied = true,
            Settings = Of(
                ("partial_rotary_factor", 0.75), ("original_max_position_embeddings", 45),
                ("rope_scaling", Of(
                    ("type", "longrope"), ("short_factor", new[] { 1.0, 1.1, 1.2, 1.5, 2.0, 2.5 }),
                    ("long_factor", new[] { 1.5, 2.0, 3.0, 5.0, 8.0, 12.0 })))),
        },
        ["gemma2"] = new()
        {
            ModelType = "gemma2", Seed = 30, Tied = true, HeadSize = 16,
            Settings = Of(
                ("sliding_window", 12), ("query_pre_attn_scalar", 24), ("attn_logit_softcapping", 3.0), ("final_logit_softcapping", 2.0)),
        },
        ["gemma3"] = new()
        {
            ModelType = "gemma3_text", Seed = 31, Layers = 7, HeadSize = 16, Tied = true,
            Settings = Of(
                ("sliding_window", 12), ("query_pre_attn_scalar", 20), ("rope_theta", 1e6), ("rope_local_base_freq", 10000.0),
                ("rope_scaling", Of(("rope_type", "linear"), ("factor", 8.0)))),
        },
        ["gemma3 that sees, another pattern"] = new()
        {
            ModelType = "gemma3", Seed = 32, Layers = 3, HeadSize = 16, Tied = true,
            Settings = Of(("sliding_window", 12), ("sliding_window_pattern", 2), ("query_pre_attn_scalar", 16)),
        },
        ["qwen3_moe"] = new()
        {
            ModelType = "qwen3_moe", Seed = 33, Layers = 3, HeadSize = 16, Experts = 6, Shards = 2,
            Settings = Of(
                ("num_experts", 6), ("num_experts_per_tok", 2), ("moe_intermediate_size", 24), ("norm_topk_prob", true),
                ("decoder_sparse_step", 1), ("mlp_only_layers", new[] { 1 })),
        },
        ["qwen3_moe, shares as they are"] = new()
        {
            ModelType = "qwen3_moe", Seed = 34, Experts = 5,
            Settings = Of(
                ("num_experts", 5), ("num_experts_per_tok", 3), ("moe_intermediate_size", 40), ("norm_topk_prob", false),
                ("use_sliding_window", true), ("sliding_window", 11)),
        },
        ["mixtral"] = new()
        {
            ModelType = "mixtral", Seed = 35, Experts = 4, Settings = Of(("num_local_experts", 4), ("num_experts_per_tok", 2)),
        },
    };

    private static Dictionary<string, object?> Of(params (string Name, object? Value)[] settings) =>
        settings.ToDictionary(setting => setting.Name, setting => setting.Value);
}
