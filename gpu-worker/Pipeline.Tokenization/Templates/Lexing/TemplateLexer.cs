using System.Text.RegularExpressions;

namespace Pipeline.Tokenization.Templates.Lexing;

/// <summary>
/// Cuts a template into text and the tokens of its tags, with white space controlled as transformers sets Jinja up:
/// <c>trim_blocks</c> (a block takes the newline after it) and <c>lstrip_blocks</c> (and the blanks before it on its line).
/// </summary>
internal sealed partial class TemplateLexer
{
    private readonly SourceText _source;
    private readonly List<Token> _tokens = [];
    private int _position;

    private TemplateLexer(string source) => _source = new SourceText(source);

    private string Text => _source.Text;

    public static List<Token> Tokenize(string source)
    {
        var lexer = new TemplateLexer(source);
        while (lexer._position < lexer.Text.Length)
        {
            lexer.Next();
        }
        lexer.Add(TokenKind.End, "", lexer.Text.Length);
        return lexer._tokens;
    }

    private void Next()
    {
        int tag = FindTag(_position);
        AddText(_position, tag < 0 ? Text.Length : tag, tag);
        _position = tag < 0 ? Text.Length : tag;
        if (tag < 0)
        {
            return;
        }
        if (Text[tag + 1] == '#')
        {
            SkipComment(tag);
        }
        else if (Text[tag + 1] == '%' && RawBegin().Match(Text, tag) is { Success: true } raw)
        {
            TakeRaw(tag, raw);
        }
        else
        {
            TakeTag(tag);
        }
    }

    private int FindTag(int from)
    {
        for (int i = Text.IndexOf('{', from); i >= 0 && i + 1 < Text.Length; i = Text.IndexOf('{', i + 1))
        {
            if (Text[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }
        return -1;
    }

    private void AddText(int start, int end, int tag)
    {
        string text = Text[start..end];
        char sign = tag >= 0 && tag + 2 < Text.Length ? Text[tag + 2] : ' ';
        if (tag >= 0 && sign == '-')
        {
            text = text.TrimEnd();
        }
        else if (tag >= 0 && sign != '+' && Text[tag + 1] != '{')
        {
            int line = text.LastIndexOf('\n') + 1;
            bool lineBegins = line > 0 || start == 0 || Text[start - 1] == '\n';
            if (lineBegins && string.IsNullOrWhiteSpace(text[line..]))
            {
                text = text[..line];
            }
        }
        if (text.Length > 0)
        {
            Add(TokenKind.Text, text, start);
        }
    }

    private void SkipComment(int tag)
    {
        int end = Text.IndexOf("#}", tag + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new TemplateSyntaxException("Missing end of comment", _source.PositionOf(tag));
        }
        AfterBlock(end + 2, Text[end - 1]);
    }

    private void TakeRaw(int tag, Match begin)
    {
        int start = begin.Index + begin.Length;
        Match end = RawEnd().Match(Text, start);
        if (!end.Success)
        {
            throw new TemplateSyntaxException("Missing end of raw block", _source.PositionOf(tag));
        }
        // Unlike other blocks, the beginning of a raw one leaves the newline after it.
        _position = Text[start - 3] == '-' ? SkipWhiteSpace(start) : start;
        AddText(Math.Min(_position, end.Index), end.Index, end.Index);
        AfterBlock(end.Index + end.Length, Text[end.Index + end.Length - 3]);
    }

    private void TakeTag(int tag)
    {
        bool isBlock = Text[tag + 1] == '%';
        Add(isBlock ? TokenKind.BlockBegin : TokenKind.VariableBegin, isBlock ? "{%" : "{{", tag);
        int start = tag + 2;
        if (start < Text.Length && Text[start] is '-' or '+')
        {
            start++;
        }
        int end = new ExpressionLexer(_source, _tokens).Take(start, isBlock, tag);
        char sign = Text[end] is '-' or '+' ? Text[end] : ' ';
        int after = end + (sign == ' ' ? 2 : 3);
        Add(isBlock ? TokenKind.BlockEnd : TokenKind.VariableEnd, isBlock ? "%}" : "}}", end);
        if (isBlock)
        {
            AfterBlock(after, sign);
        }
        else
        {
            _position = sign == '-' ? SkipWhiteSpace(after) : after;
        }
    }

    private void AfterBlock(int position, char sign)
    {
        if (sign == '-')
        {
            position = SkipWhiteSpace(position);
        }
        else if (sign != '+' && position < Text.Length && Text[position] == '\n')
        {
            position++;
        }
        _position = position;
    }

    private int SkipWhiteSpace(int position)
    {
        while (position < Text.Length && char.IsWhiteSpace(Text[position]))
        {
            position++;
        }
        return position;
    }

    private void Add(TokenKind kind, string text, int offset) =>
        _tokens.Add(new Token(kind, text, _source.PositionOf(offset)));

    [GeneratedRegex(@"\G\{%[-+]?\s*raw\s*[-+]?%\}")]
    private static partial Regex RawBegin();

    [GeneratedRegex(@"\{%[-+]?\s*endraw\s*[-+]?%\}")]
    private static partial Regex RawEnd();
}
