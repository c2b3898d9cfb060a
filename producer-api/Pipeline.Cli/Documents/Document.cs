namespace Pipeline.Cli.Documents;

/// <summary>A document to be asked about.</summary>
/// <param name="Id">Its name; the line's custom_id.</param>
/// <param name="Text">The document.</param>
/// <param name="Instruction">What to ask about it, where it brings a question of its own.</param>
/// <param name="Fields">What somebody says it holds, where somebody does.</param>
internal sealed record Document(string Id, string Text, string? Instruction = null, IReadOnlyDictionary<string, string?>? Fields = null);
