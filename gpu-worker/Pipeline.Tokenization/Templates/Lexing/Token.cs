namespace Pipeline.Tokenization.Templates.Lexing;

internal enum TokenKind
{
    Text,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    Integer,
    Float,
    String,
    Operator,
    End,
}

/// <summary>A token of a template; a string's text is without quotes and escapes.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, Position Position)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.String => $"string '{Text}'",
        _ => $"'{Text}'",
    };
}
