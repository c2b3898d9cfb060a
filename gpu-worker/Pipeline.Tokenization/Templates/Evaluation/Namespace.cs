namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>What <c>namespace()</c> makes: attributes that an inner scope can set for an outer one.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Attributes { get; } = [];
}
