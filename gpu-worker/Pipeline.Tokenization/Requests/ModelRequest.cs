namespace Pipeline.Tokenization.Requests;

/// <summary>A request as a model takes it.</summary>
/// <param name="Prompts">The tokens of each prompt, at least one each; one prompt but for completions of several.</param>
/// <param name="MaxTokens">
/// How many tokens to generate at most for each; null for as many as there is room for; 0 where only the prompts are asked about.
/// </param>
/// <param name="Common">How to generate them.</param>
/// <param name="Form">What the answer has to look like.</param>
public sealed record ModelRequest(IReadOnlyList<int[]> Prompts, long? MaxTokens, CommonParameters Common, AnswerForm Form)
{
    /// <summary>The form that outputs have to have; null for any text.</summary>
    public StructuredOutput? Output { get; init; }

    /// <summary>Tokens that were cut off the prompts because the request asks for it where they are too long.</summary>
    public int TruncatedTokens { get; init; }

    /// <summary>How many completions of each prompt.</summary>
    public ChoiceCount Choices { get; init; } = ChoiceCount.One;
}
