using System.Text.Json;
using Pipeline.Tokenization.Normalization;

namespace Pipeline.Tokenization.Files;

/// <summary>The normalizer of tokenizer.json: what is done to a text before it is cut.</summary>
internal static class NormalizerPart
{
    public static Func<string, string> Read(JsonElement normalizer)
    {
        if (normalizer.IsAbsent())
        {
            return text => text;
        }
        string kind = normalizer.Kind("normalizer");
        switch (kind)
        {
            case "NFC":
                return CanonicalComposition.Normalize;
            case "Sequence":
                Func<string, string>[] steps =
                    [.. normalizer.Required("normalizers", JsonValueKind.Array, "normalizer").EnumerateArray().Select(Read)];
                return text => steps.Aggregate(text, (current, step) => step(current));
            default:
                throw new NotSupportedException($"Tokenizer normalizers of kind '{kind}' are not supported.");
        }
    }
}
