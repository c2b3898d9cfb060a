using System.Text.RegularExpressions;

namespace Pipeline.ModelTrainer.Tokenizers;

/// <summary>
/// The cuts that no token crosses. Spaces and line ends are pieces of their own, so that a word has the same
/// tokens at the start of a line, after a space and behind a bracket: what is copied looks the same in both places.
/// </summary>
internal static partial class TextPieces
{
    /// <summary>The expression as written to tokenizer.json.</summary>
    public const string Pattern = """\{"|"[:,]"|"\}|\p{L}+|[0-9]{1,2}| +|[\r\n]+|\*+|-+|=+|\.+|_+|[^\p{L}0-9 \r\n]""";

    public static IEnumerable<string> Of(string text)
    {
        foreach (Match match in Cuts().Matches(text))
        {
            yield return match.Value;
        }
    }

    // The file's expression counts code points, .NET's UTF-16 units: a pair of surrogates must stay together here.
    [GeneratedRegex(@"[\uD800-\uDBFF][\uDC00-\uDFFF]|" + Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Cuts();
}
