namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>A mapping that can be called: the variable <c>loop</c> of a recursive loop.</summary>
/// <param name="Entries">Its entries.</param>
/// <param name="Call">What it does when it is called.</param>
internal sealed record CallableMapping(Mapping Entries, TemplateFunction Call);
