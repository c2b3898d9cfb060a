using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization.Files;

/// <summary>The pre-tokenizer of tokenizer.json: how a text is cut into the pieces that BPE works on.</summary>
internal sealed class PreTokenizerPart
{
    /// <summary>GPT-2's pattern, which ByteLevel cuts by unless it is told not to.</summary>
    private const string ByteLevelPattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string PunctuationPattern = @"[!-/:-@\[-`{-~\p{P}]";

    private readonly List<RegexSplitter> _splitters = [];

    private PreTokenizerPart()
    {
    }

    /// <summary>Whether a text that does not begin with a space is given one.</summary>
    public bool PrefixSpace { get; private set; }

    public static PreTokenizerPart Read(JsonElement preTokenizer)
    {
        var part = new PreTokenizerPart();
        List<JsonElement> steps = preTokenizer.IsAbsent() ? [] : [.. Flatten(preTokenizer)];
        if (!steps.Exists(step => step.Kind("pre_tokenizer") == "ByteLevel"))
        {
            string kinds = string.Join(", ", steps.Select(step => step.Kind("pre_tokenizer")));
            throw new NotSupportedException(
                $"Tokenizers without a ByteLevel pre-tokenizer are not supported (this one has: {(kinds.Length == 0 ? "none" : kinds)}).");
        }
        for (int i = 0; i < steps.Count; i++)
        {
            part.Add(steps[i], isFirst: i == 0);
        }
        return part;
    }

    /// <summary>The pieces of a text, in order. Nothing is left out unless the tokenizer says so.</summary>
    public List<Piece> Split(string shadow)
    {
        List<Piece> pieces = [new Piece(0, shadow.Length)];
        foreach (RegexSplitter splitter in _splitters)
        {
            var next = new List<Piece>(pieces.Count);
            foreach (Piece piece in pieces)
            {
                splitter.Split(shadow, piece, next);
            }
            pieces = next;
        }
        return pieces;
    }

    private static IEnumerable<JsonElement> Flatten(JsonElement preTokenizer) =>
        preTokenizer.Kind("pre_tokenizer") == "Sequence"
            ? preTokenizer.Required("pretokenizers", JsonValueKind.Array, "pre_tokenizer").EnumerateArray().SelectMany(Flatten)
            : [preTokenizer];

    private void Add(JsonElement step, bool isFirst)
    {
        string kind = step.Kind("pre_tokenizer");
        switch (kind)
        {
            case "ByteLevel":
                bool prefix = step.Flag("add_prefix_space", true);
                if (prefix && !isFirst)
                {
                    throw new NotSupportedException("A ByteLevel pre-tokenizer with add_prefix_space is supported only as the first step.");
                }
                PrefixSpace |= prefix;
                if (step.Flag("use_regex", true))
                {
                    _splitters.Add(new RegexSplitter(ByteLevelPattern, SplitBehavior.Isolated, invert: false));
                }
                break;
            case "Split":
                _splitters.Add(new RegexSplitter(Pattern(step), Behavior(step), step.Flag("invert", false)));
                break;
            case "Digits":
                _splitters.Add(new RegexSplitter(@"\p{N}",
                    step.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false));
                break;
            case "Punctuation":
                _splitters.Add(new RegexSplitter(PunctuationPattern, Behavior(step), invert: false));
                break;
            default:
                throw new NotSupportedException($"Pre-tokenizers of kind '{kind}' are not supported.");
        }
    }

    private static string Pattern(JsonElement step)
    {
        JsonElement pattern = step.Required("pattern", JsonValueKind.Object, "Split pre-tokenizer");
        return pattern.Text("Regex")
            ?? (pattern.Text("String") is { } literal ? Regex.Escape(literal) : null)
            ?? throw new InvalidDataException("tokenizer.json: a Split pre-tokenizer has neither a Regex nor a String.");
    }

    private static SplitBehavior Behavior(JsonElement step)
    {
        string name = step.Text("behavior") ?? nameof(SplitBehavior.Isolated);
        return Enum.TryParse(name, out SplitBehavior behavior) && Enum.IsDefined(behavior)
            ? behavior
            : throw new NotSupportedException($"The split behavior '{name}' is not supported.");
    }
}
