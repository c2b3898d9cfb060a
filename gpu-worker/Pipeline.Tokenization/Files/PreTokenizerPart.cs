using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Tokenization.Normalization;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization.Files;

/// <summary>The pre-tokenizer of tokenizer.json: how a text is cut into the pieces that the model works on.</summary>
internal sealed class PreTokenizerPart
{
    private readonly List<IPreTokenizerStep> _steps = [];

    /// <summary>Whether the model sees bytes rather than characters: what the last step, ByteLevel, does.</summary>
    public bool ByteLevel { get; private set; }

    /// <exception cref="NotSupportedException">A step is of a kind that is not supported; the message names it.</exception>
    public static PreTokenizerPart Read(JsonElement preTokenizer)
    {
        var part = new PreTokenizerPart();
        foreach (JsonElement step in preTokenizer.IsAbsent() ? [] : Flatten(preTokenizer))
        {
            part.Add(step);
        }
        return part;
    }

    /// <summary>The pieces of a text, in order. Nothing is left out unless the tokenizer says so.</summary>
    /// <param name="text">The text, not empty; well-formed UTF-16.</param>
    /// <param name="beginsText">Whether nothing stands before it.</param>
    public PieceList Split(string text, bool beginsText)
    {
        var pieces = new PieceList(text, beginsText);
        foreach (IPreTokenizerStep step in _steps)
        {
            step.Apply(pieces);
        }
        return pieces;
    }

    private static IEnumerable<JsonElement> Flatten(JsonElement preTokenizer) =>
        preTokenizer.Kind("pre_tokenizer") == "Sequence"
            ? preTokenizer.Required("pretokenizers", JsonValueKind.Array, "pre_tokenizer").EnumerateArray().SelectMany(Flatten)
            : [preTokenizer];

    private void Add(JsonElement step)
    {
        string kind = step.Kind("pre_tokenizer");
        if (ByteLevel)
        {
            throw new NotSupportedException($"A pre-tokenizer of kind '{kind}' after ByteLevel, which would see bytes, is not supported.");
        }
        switch (kind)
        {
            case "ByteLevel":
                AddByteLevel(step);
                break;
            case "Split":
                _steps.Add(Split(step));
                break;
            case "Digits":
                _steps.Add(new CharacterSplitter(Characters.IsNumber,
                    step.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                break;
            case "Punctuation":
                _steps.Add(new CharacterSplitter(Characters.IsPunctuation, Behavior(step)));
                break;
            case "Whitespace":
                _steps.Add(new WordSplitter());
                break;
            case "WhitespaceSplit":
                _steps.Add(new CharacterSplitter(Rune.IsWhiteSpace, SplitBehavior.Removed));
                break;
            case "BertPreTokenizer":
                _steps.Add(new CharacterSplitter(Rune.IsWhiteSpace, SplitBehavior.Removed));
                _steps.Add(new CharacterSplitter(Characters.IsPunctuation, SplitBehavior.Isolated));
                break;
            case "CharDelimiterSplit":
                Rune delimiter = OneCharacter(step, "delimiter");
                _steps.Add(new CharacterSplitter(rune => rune == delimiter, SplitBehavior.Removed));
                break;
            case "Metaspace":
                _steps.Add(ReadMetaspace(step));
                break;
            default:
                throw new NotSupportedException($"Pre-tokenizers of kind '{kind}' are not supported.");
        }
    }

    private void AddByteLevel(JsonElement step)
    {
        ByteLevel = true;
        if (step.Flag("add_prefix_space", true))
        {
            _steps.Add(new SpacePrefix());
        }
        if (step.Flag("use_regex", true))
        {
            _steps.Add(new WordPatternSplitter(WordPattern.Of(WordPattern.Gpt2)!));
        }
    }

    private static Splitter Split(JsonElement step)
    {
        JsonElement pattern = step.Required("pattern", JsonValueKind.Object, "Split pre-tokenizer");
        string expression = pattern.Text("Regex")
            ?? (pattern.Text("String") is { } literal ? Regex.Escape(literal) : null)
            ?? throw new InvalidDataException("tokenizer.json: a Split pre-tokenizer has neither a Regex nor a String.");
        SplitBehavior behavior = Behavior(step);
        bool invert = step.Flag("invert", false);
        // Either way what matches stays, each match a piece; and the well-known patterns match everything.
        bool keepsMatches = (behavior, invert) is (SplitBehavior.Isolated, false) or (SplitBehavior.Removed, true);
        return keepsMatches && WordPattern.Of(expression) is { } known ? new WordPatternSplitter(known)
            : keepsMatches && expression == RunSplitter.Expression ? new RunSplitter()
            : new RegexSplitter(new CodePointExpression(expression), behavior, invert);
    }

    private static Metaspace ReadMetaspace(JsonElement step)
    {
        Rune replacement = OneCharacter(step, "replacement");
        string scheme = step.Text("prepend_scheme") ?? (step.Flag("add_prefix_space", true) ? "always" : "never");
        PrependScheme prepend = scheme switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw new NotSupportedException($"The Metaspace prepend_scheme '{scheme}' is not supported."),
        };
        return replacement.IsBmp
            ? new Metaspace((char)replacement.Value, prepend, step.Flag("split", true))
            : throw new NotSupportedException($"The Metaspace replacement '{replacement}' is not supported.");
    }

    private static Rune OneCharacter(JsonElement step, string name)
    {
        string text = step.Text(name) ?? "";
        return Rune.DecodeFromUtf16(text, out Rune rune, out int length) == OperationStatus.Done && length == text.Length
            ? rune
            : throw new InvalidDataException($"tokenizer.json: its {step.Kind("pre_tokenizer")} pre-tokenizer needs one character as {name}.");
    }

    private static SplitBehavior Behavior(JsonElement step)
    {
        string name = step.Text("behavior") ?? nameof(SplitBehavior.Isolated);
        return Enum.TryParse(name, out SplitBehavior behavior) && Enum.IsDefined(behavior)
            ? behavior
            : throw new NotSupportedException($"The split behavior '{name}' is not supported.");
    }
}
