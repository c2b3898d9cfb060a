using Pipeline.Tokenization.Templates.Lexing;

namespace Pipeline.Tokenization.Templates.Parsing;

/// <summary>The tokens of a template, read one after the other.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private int _next;

    public Token Current => tokens[_next];

    public Position Position => Current.Position;

    public Token Peek(int ahead = 1) => tokens[Math.Min(_next + ahead, tokens.Count - 1)];

    public Token Take() => Current.Kind == TokenKind.End ? Current : tokens[_next++];

    public bool IsOperator(string text) => Current.Is(TokenKind.Operator, text);

    public bool IsName(string text) => Current.Is(TokenKind.Name, text);

    public bool TryTakeOperator(string text) => TryTake(TokenKind.Operator, text);

    public bool TryTakeName(string text) => TryTake(TokenKind.Name, text);

    public void ExpectOperator(string text)
    {
        if (!TryTakeOperator(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Unexpected(what);

    public TemplateSyntaxException Unexpected(string expected) =>
        new($"Expected {expected}, found {Current}", Position);

    private bool TryTake(TokenKind kind, string text)
    {
        if (!Current.Is(kind, text))
        {
            return false;
        }
        Take();
        return true;
    }
}
