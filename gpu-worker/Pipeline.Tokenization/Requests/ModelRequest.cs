namespace Pipeline.Tokenization.Requests;

/// <summary>A request as a model takes it.</summary>
/// <param name="Prompt">The prompt's tokens; at least one.</param>
/// <param name="MaxTokens">How many tokens to generate at most; null for as many as there is room for.</param>
/// <param name="Common">How to generate them.</param>
/// <param name="IsChat">Whether the answer is a chat completion, or else a text completion.</param>
public sealed record ModelRequest(int[] Prompt, long? MaxTokens, CommonParameters Common, bool IsChat)
{
    /// <summary>The parameter that the prompt was made of.</summary>
    public string PromptParam => IsChat ? "messages" : "prompt";
}
