namespace Pipeline.Tokenization.Requests;

/// <summary>How what the model says is to be taken apart.</summary>
/// <param name="Tools">The functions that it may call, or null: then nothing it says is a call.</param>
/// <param name="Reasoning">How the prompt leaves its thoughts.</param>
public sealed record OutputRules(ToolUse? Tools, ReasoningStart Reasoning);
