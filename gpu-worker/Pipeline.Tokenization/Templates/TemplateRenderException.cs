namespace Pipeline.Tokenization.Templates;

/// <summary>
/// A chat template that gave up on what it was given: it called <c>raise_exception</c>, or did what cannot be done with
/// these values.
/// </summary>
public sealed class TemplateRenderException : Exception
{
    internal TemplateRenderException(string message)
        : base(message)
    {
    }

    internal TemplateRenderException(string message, Position position)
        : base($"{message} (template line {position.Line})")
    {
        IsLocated = true;
    }

    /// <summary>Whether the message says where already.</summary>
    internal bool IsLocated { get; init; }

    /// <summary>Whether the template itself refused, by <c>raise_exception</c>; the message is then the template's.</summary>
    public bool IsRefusal { get; internal init; }
}
