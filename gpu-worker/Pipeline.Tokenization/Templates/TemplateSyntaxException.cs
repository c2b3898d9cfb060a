namespace Pipeline.Tokenization.Templates;

/// <summary>A chat template that cannot be parsed. The message ends with the place.</summary>
public sealed class TemplateSyntaxException : Exception
{
    internal TemplateSyntaxException(string message, Position position)
        : base($"{message} (line {position.Line}, column {position.Column})")
    {
        Line = position.Line;
        Column = position.Column;
    }

    /// <summary>The line of the template, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The column in that line, counted from 1.</summary>
    public int Column { get; }
}
