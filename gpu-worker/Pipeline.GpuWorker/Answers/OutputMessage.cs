namespace Pipeline.GpuWorker.Answers;

/// <summary>What a model said, taken apart.</summary>
/// <param name="Content">What is for the reader; null where it said nothing beside thoughts or calls.</param>
/// <param name="Reasoning">What it thought before, or null.</param>
/// <param name="ReasoningTokens">The tokens that this took.</param>
/// <param name="ToolCalls">The functions that it calls.</param>
internal sealed record OutputMessage(string? Content, string? Reasoning, int ReasoningTokens, IReadOnlyList<ToolCall> ToolCalls)
{
    /// <summary>A text that is nothing but text.</summary>
    public static OutputMessage Of(string text) => new(text, null, 0, []);
}
