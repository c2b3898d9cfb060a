namespace Pipeline.Engine.Grammar.Masks;

/// <summary>A form that begins once the model has thought: until the mark that ends its thoughts it says what it likes.</summary>
/// <param name="form">What comes after.</param>
/// <param name="begin">The token by which the model may begin to think; null where the prompt has begun for it.</param>
/// <param name="end">The token that ends its thoughts.</param>
internal sealed class AfterThoughts(CompiledGrammar form, int? begin, int end) : OutputConstraint
{
    /// <summary>What comes after.</summary>
    public CompiledGrammar Form => form;

    /// <summary>The token by which the model may begin to think; null where the prompt has begun for it.</summary>
    public int? BeginToken => begin;

    /// <summary>The token that ends its thoughts.</summary>
    public int EndToken => end;

    /// <inheritdoc/>
    internal override ITokenConstraint Begin() => Begin(int.MaxValue);

    /// <inheritdoc/>
    internal override ITokenConstraint Begin(int mostTokens) => new ThoughtsConstraint(this, mostTokens);
}
