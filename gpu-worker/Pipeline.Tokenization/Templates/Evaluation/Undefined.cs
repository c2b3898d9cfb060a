namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>What a name that nothing defines stands for: empty and false, and an error to reach into.</summary>
/// <param name="Name">What was asked for.</param>
internal sealed record Undefined(string Name)
{
    public override string ToString() => "";
}
