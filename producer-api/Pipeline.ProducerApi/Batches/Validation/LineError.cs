namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>One entry of a failed batch's <c>errors.data</c>.</summary>
/// <param name="Code">The word for programs.</param>
/// <param name="Line">1-based line of the input file; <see langword="null"/> if it is about the whole file.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Param">The parameter at fault.</param>
internal sealed record LineError(string Code, int? Line, string Message, string? Param)
{
    private const int LongestQuote = 100;

    public static LineError NotJson(int line) => new("invalid_json_line", line, "This line is not parseable as valid JSON.", null);

    public static LineError Missing(int line, string param) => new("missing_required_parameter", line, $"Missing required parameter: '{param}'.", param);

    public static LineError WrongType(int line, string param, string expected) => new("invalid_type", line, $"Invalid type for '{param}': expected {expected}.", param);

    /// <summary>A submitter's text as a message may carry it: short, and storable whatever it contains.</summary>
    public static string Quote(string text, int longest = LongestQuote) =>
        string.Concat(text.Take(longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (text.Length > longest ? "..." : "");
}

/// <summary>A failed batch's <c>errors</c>.</summary>
internal sealed record LineErrors(string Object, IReadOnlyList<LineError> Data);
