using System.Text;
using System.Text.Json;
using Pipeline.Tokenization.Decoding;
using Pipeline.Tokenization.Models;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization.Files;

/// <summary>The decoder of tokenizer.json: how tokens become text. Immutable; what it creates is not.</summary>
internal sealed class DecoderPart
{
    private readonly List<Func<ITokenTexts, ITokenTexts>> _steps = [];

    /// <summary>Whether the steps after it see one text instead of tokens.</summary>
    private bool _fused;

    private bool _byteLevel;
    private bool _byteFallback;

    private DecoderPart()
    {
    }

    /// <exception cref="NotSupportedException">A step is of a kind that is not supported; the message names it.</exception>
    public static DecoderPart Read(JsonElement decoder)
    {
        var part = new DecoderPart();
        if (decoder.IsAbsent())
        {
            part._steps.Add(next => new FirstTokenTexts(token => token, token => " " + token, next));
        }
        else
        {
            part.Add(decoder);
        }
        return part;
    }

    /// <summary>The steps for one text, which hand it on to <paramref name="end"/>.</summary>
    public ITokenTexts Create(ITokenTexts end) => Enumerable.Reverse(_steps).Aggregate(end, (next, step) => step(next));

    /// <summary>The bytes that a token adds where it is not the first.</summary>
    public byte[] Bytes(string token)
    {
        if (_byteLevel)
        {
            return ByteLevelTexts.Bytes(token);
        }
        if (_byteFallback && ByteTokens.Parse(token) is { } value)
        {
            return [value];
        }
        var text = new DecodedText();
        ITokenTexts steps = Create(text);
        steps.Add("a");
        text.Take();
        steps.Add(token);
        steps.End();
        return Encoding.UTF8.GetBytes(text.Take());
    }

    private void Add(JsonElement step)
    {
        string kind = step.Kind("decoder");
        if (_fused && kind is ("Metaspace" or "WordPiece" or "ByteFallback" or "ByteLevel"))
        {
            throw new NotSupportedException($"A decoder of kind '{kind}' after one that makes one text of the tokens is not supported.");
        }
        switch (kind)
        {
            case "Sequence":
                foreach (JsonElement part in step.Required("decoders", JsonValueKind.Array, "decoder").EnumerateArray())
                {
                    Add(part);
                }
                break;
            case "ByteLevel":
                _byteLevel = _fused = true;
                _steps.Add(next => new ByteLevelTexts(next));
                break;
            case "ByteFallback":
                _byteFallback = true;
                _steps.Add(next => new ByteFallbackTexts(next));
                break;
            case "Fuse":
                _fused = true;
                break;
            case "Metaspace":
                AddMetaspace(step);
                break;
            case "WordPiece":
                AddWordPiece(step);
                break;
            case "Replace":
                Func<string, string> replace = Replace(step);
                _steps.Add(next => new ChangedTexts(replace, next));
                break;
            case "Strip":
                AddStrip(step);
                break;
            default:
                throw new NotSupportedException($"Tokenizer decoders of kind '{kind}' are not supported.");
        }
    }

    private void AddMetaspace(JsonElement step)
    {
        string replacement = step.Text("replacement") ?? "\u2581";
        bool keep = (step.Text("prepend_scheme") ?? (step.Flag("add_prefix_space", true) ? "always" : "never")) == "never";
        string Later(string token) => token.Replace(replacement, " ", StringComparison.Ordinal);
        string First(string token) => keep ? Later(token) : token.Replace(replacement, "", StringComparison.Ordinal);
        _steps.Add(next => new FirstTokenTexts(First, Later, next));
    }

    private void AddWordPiece(JsonElement step)
    {
        string prefix = step.Text("prefix") ?? "##";
        bool tidy = step.Flag("cleanup", true);
        string First(string token) => tidy ? Tidy(token) : token;
        string Later(string token) => First(token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token);
        _steps.Add(next => new FirstTokenTexts(First, Later, next));
    }

    /// <summary>The clean-up of English that Hugging Face's WordPiece decoder does, token by token.</summary>
    private static string Tidy(string token) => new StringBuilder(token)
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'").Replace(" n't", "n't")
        .Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re")
        .ToString();

    private Func<string, string> Replace(JsonElement step)
    {
        JsonElement pattern = step.Required("pattern", JsonValueKind.Object, "Replace decoder");
        string content = step.Text("content") ?? "";
        if (pattern.Text("String") is { Length: > 0 } literal)
        {
            return !_fused || literal.Length == 1
                ? token => token.Replace(literal, content, StringComparison.Ordinal)
                : throw new NotSupportedException($"A Replace decoder of more than one character ('{literal}') after Fuse is not supported.");
        }
        string expression = pattern.Text("Regex") ?? throw new InvalidDataException("tokenizer.json: its Replace decoder lacks a pattern.");
        var compiled = new CodePointExpression(expression);
        return !_fused
            ? token => compiled.Replace(token, content)
            : throw new NotSupportedException($"A Replace decoder with a regular expression ({expression}) after Fuse is not supported.");
    }

    private void AddStrip(JsonElement step)
    {
        if (step.Text("content") is not { Length: 1 } content || !Count("start", out int start) || !Count("stop", out int stop))
        {
            throw new InvalidDataException("tokenizer.json: its Strip decoder needs a character as content, and numbers as start and stop.");
        }
        _steps.Add(_fused
            ? next => new StrippedText(content[0], start, stop, next)
            : next => new ChangedTexts(token => Strip(token, content[0], start, stop), next));

        bool Count(string name, out int count)
        {
            count = 0;
            return step.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out count) && count >= 0;
        }
    }

    private static string Strip(string token, char content, int start, int stop)
    {
        int begin = 0;
        while (begin < Math.Min(start, token.Length) && token[begin] == content)
        {
            begin++;
        }
        int end = token.Length;
        while (end > Math.Max(begin, token.Length - stop) && token[end - 1] == content)
        {
            end--;
        }
        return token[begin..end];
    }
}
