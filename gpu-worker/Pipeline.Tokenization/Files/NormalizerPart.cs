using System.Text.Json;
using Pipeline.Tokenization.Normalization;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization.Files;

/// <summary>The normalizer of tokenizer.json: what is done to a text before it is cut.</summary>
internal static class NormalizerPart
{
    /// <exception cref="NotSupportedException">Its kind, or that of a step, is not supported; the message names it.</exception>
    public static Func<string, string> Read(JsonElement normalizer)
    {
        if (normalizer.IsAbsent())
        {
            return text => text;
        }
        string kind = normalizer.Kind("normalizer");
        return kind switch
        {
            "NFC" => UnicodeForm.C.Normalize,
            "NFD" => UnicodeForm.D.Normalize,
            "NFKC" => UnicodeForm.KC.Normalize,
            "NFKD" => UnicodeForm.KD.Normalize,
            "Nmt" => NeuralTranslationText.Normalize,
            "Lowercase" => Characters.Lowercase,
            "StripAccents" => text => Characters.Without(text, Characters.IsMark),
            "Strip" => Strip(normalizer.Flag("strip_left", true), normalizer.Flag("strip_right", true)),
            "Prepend" => Prepend(normalizer.Text("prepend") ?? throw Lacks("Prepend", "prepend")),
            "Replace" => Replace(normalizer),
            "BertNormalizer" => Bert(normalizer).Normalize,
            "Precompiled" => Precompiled(normalizer),
            "Sequence" => Sequence(normalizer),
            _ => throw new NotSupportedException($"Tokenizer normalizers of kind '{kind}' are not supported."),
        };
    }

    private static Func<string, string> Sequence(JsonElement normalizer)
    {
        Func<string, string>[] steps =
            [.. normalizer.Required("normalizers", JsonValueKind.Array, "normalizer").EnumerateArray().Select(Read)];
        return text => steps.Aggregate(text, (current, step) => step(current));
    }

    private static Func<string, string> Strip(bool left, bool right) => text =>
        left && right ? text.Trim() : left ? text.TrimStart() : right ? text.TrimEnd() : text;

    private static Func<string, string> Prepend(string prefix) => text => text.Length == 0 ? text : prefix + text;

    private static Func<string, string> Replace(JsonElement normalizer)
    {
        string content = normalizer.Text("content") ?? throw Lacks("Replace", "content");
        JsonElement pattern = normalizer.Required("pattern", JsonValueKind.Object, "Replace normalizer");
        if (pattern.Text("String") is { Length: > 0 } literal)
        {
            return text => text.Replace(literal, content, StringComparison.Ordinal);
        }
        var expression = new CodePointExpression(pattern.Text("Regex") ?? throw Lacks("Replace", "pattern"));
        return text => expression.Replace(text, content);
    }

    private static BertText Bert(JsonElement normalizer)
    {
        bool lowercase = normalizer.Flag("lowercase", true);
        return new BertText(normalizer.Flag("clean_text", true), normalizer.Flag("handle_chinese_chars", true),
            normalizer.Flag("strip_accents", lowercase), lowercase);
    }

    /// <summary>A tokenizer trained without replacements has an empty or absent map.</summary>
    private static Func<string, string> Precompiled(JsonElement normalizer)
    {
        byte[] map = [];
        if (normalizer.Text("precompiled_charsmap") is { Length: > 0 }
            && !normalizer.GetProperty("precompiled_charsmap").TryGetBytesFromBase64(out map!))
        {
            throw new InvalidDataException("tokenizer.json: its precompiled_charsmap is not base64.");
        }
        return map.Length == 0 ? text => text : new CharsMap(map).Normalize;
    }

    private static InvalidDataException Lacks(string kind, string name) =>
        new($"tokenizer.json: its {kind} normalizer lacks {name}.");
}
