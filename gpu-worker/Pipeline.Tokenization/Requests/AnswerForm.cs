namespace Pipeline.Tokenization.Requests;

/// <summary>What the answer to a request has to look like.</summary>
/// <param name="PromptParam">The parameter that the prompt was made of.</param>
public abstract record AnswerForm(string PromptParam);

/// <summary>OpenAI's <c>chat.completion</c>.</summary>
/// <param name="Output">How what the model says is taken apart.</param>
public sealed record ChatForm(OutputRules Output) : AnswerForm("messages");

/// <summary>OpenAI's <c>text_completion</c>.</summary>
/// <param name="Echo">Whether the prompts come before the completions.</param>
public sealed record CompletionForm(bool Echo) : AnswerForm("prompt");

/// <summary>OpenAI's <c>response</c>.</summary>
/// <param name="Settings">What the answer repeats of the request.</param>
/// <param name="Output">How what the model says is taken apart.</param>
public sealed record ResponseForm(ResponseSettings Settings, OutputRules Output) : AnswerForm("input");
