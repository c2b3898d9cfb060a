using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tokenization.Templates.Lexing;

/// <summary>Cuts what stands inside a tag into names, numbers, strings and operators.</summary>
internal sealed partial class ExpressionLexer(SourceText source, List<Token> tokens)
{
    private readonly Stack<char> _open = new();

    /// <summary>Takes tokens until the tag ends, and returns where its end (with the sign before it) stands.</summary>
    public int Take(int position, bool isBlock, int tag)
    {
        string end = isBlock ? "%}" : "}}";
        string text = source.Text;
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }
            if (position >= text.Length)
            {
                throw new TemplateSyntaxException($"Missing '{end}'", source.PositionOf(tag));
            }
            if (_open.Count == 0 && (source.At(position, end) || source.At(position, "-" + end)
                || (isBlock && source.At(position, "+" + end))))
            {
                return position;
            }
            position = Next(position);
        }
    }

    private int Next(int position)
    {
        string text = source.Text;
        if (text[position] is '\'' or '"')
        {
            return TakeString(position);
        }
        if (Number().Match(text, position) is { Success: true } number)
        {
            TokenKind kind = number.ValueSpan.ContainsAny(".eE") ? TokenKind.Float : TokenKind.Integer;
            Add(kind, number.Value.Replace("_", ""), position);
            return position + number.Length;
        }
        if (Name().Match(text, position) is { Success: true } name)
        {
            Add(TokenKind.Name, name.Value, position);
            return position + name.Length;
        }
        if (Operator().Match(text, position) is not { Success: true } op)
        {
            throw new TemplateSyntaxException($"Unexpected character '{text[position]}'", source.PositionOf(position));
        }
        Balance(op.Value[0], position);
        Add(TokenKind.Operator, op.Value, position);
        return position + op.Length;
    }

    private void Balance(char bracket, int position)
    {
        if (bracket is '(' or '[' or '{')
        {
            _open.Push(bracket switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (bracket is ')' or ']' or '}' && (!_open.TryPop(out char expected) || expected != bracket))
        {
            throw new TemplateSyntaxException($"Unexpected '{bracket}'", source.PositionOf(position));
        }
    }

    private int TakeString(int start)
    {
        string text = source.Text;
        var value = new StringBuilder();
        for (int i = start + 1; i < text.Length; i++)
        {
            if (text[i] == text[start])
            {
                Add(TokenKind.String, value.ToString(), start);
                return i + 1;
            }
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i = Unescape(i + 1, value);
            }
            else
            {
                value.Append(text[i]);
            }
        }
        throw new TemplateSyntaxException("Missing end of string", source.PositionOf(start));
    }

    /// <summary>Reads one of Python's escapes, whose letter is at the position, and returns its last character's place.</summary>
    private int Unescape(int position, StringBuilder value)
    {
        char letter = source.Text[position];
        int digits = letter switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            if (position + digits < source.Text.Length && int.TryParse(source.Text.AsSpan(position + 1, digits),
                NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) && code is >= 0 and <= 0x10FFFF)
            {
                value.Append(code > 0xFFFF ? char.ConvertFromUtf32(code) : ((char)code).ToString());
                return position + digits;
            }
            throw new TemplateSyntaxException("Damaged escape in a string", source.PositionOf(position));
        }
        string? simple = letter switch
        {
            'n' => "\n", 't' => "\t", 'r' => "\r", 'b' => "\b", 'f' => "\f", 'a' => "\a", 'v' => "\v", '0' => "\0",
            '\\' or '\'' or '"' => letter.ToString(),
            '\n' => "",
            _ => null,
        };
        value.Append(simple ?? "\\" + letter); // Python keeps the backslash of an escape that it does not know.
        return position;
    }

    private void Add(TokenKind kind, string text, int offset) => tokens.Add(new Token(kind, text, source.PositionOf(offset)));

    [GeneratedRegex(@"\G\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"\G[\p{L}_][\p{L}\p{N}\p{Mn}\p{Mc}_]*")]
    private static partial Regex Name();

    [GeneratedRegex(@"\G(?:\*\*|//|==|!=|<=|>=|[-+*/%~<>=()\[\]{}.,:|])")]
    private static partial Regex Operator();
}
