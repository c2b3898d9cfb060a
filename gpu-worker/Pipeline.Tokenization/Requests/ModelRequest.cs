namespace Pipeline.Tokenization.Requests;

/// <summary>A request as a model takes it.</summary>
/// <param name="Prompts">The tokens of each prompt, at least one each; one prompt but for completions of several.</param>
/// <param name="MaxTokens">How many tokens to generate at most for each; null for as many as there is room for.</param>
/// <param name="Common">How to generate them.</param>
/// <param name="Form">What the answer has to look like.</param>
public sealed record ModelRequest(IReadOnlyList<int[]> Prompts, long? MaxTokens, CommonParameters Common, AnswerForm Form);
