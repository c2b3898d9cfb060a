namespace Pipeline.Tokenization.Requests;

/// <summary>What a model that thinks puts around its thoughts.</summary>
/// <param name="Begin">Before them.</param>
/// <param name="End">After them.</param>
public sealed record ReasoningMarks(string Begin, string End)
{
    /// <summary>DeepSeek-R1, Qwen3, GLM, SmolLM3 and most others; Magistral; Seed-OSS; Command A.</summary>
    private static readonly ReasoningMarks[] Known =
    [
        new("<think>", "</think>"), new("[THINK]", "[/THINK]"), new("<seed:think>", "</seed:think>"), new("<|START_THINKING|>", "<|END_THINKING|>"),
    ];

    /// <summary>The marks that a model's chat template knows, or null: then it does not think.</summary>
    public static ReasoningMarks? Of(ChatTemplate template) => Known.FirstOrDefault(marks => template.Mentions(marks.End));
}
