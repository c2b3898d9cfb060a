namespace Pipeline.Tokenization.Requests;

/// <summary>What an output's form is described by.</summary>
public enum StructuredOutputKind
{
    /// <summary>Nothing: any text.</summary>
    Text,

    /// <summary>Any JSON object.</summary>
    JsonObject,

    /// <summary>A JSON schema.</summary>
    JsonSchema,

    /// <summary>A regular expression that the whole output matches.</summary>
    Regex,

    /// <summary>A list of texts, as a JSON array: the output is one of them.</summary>
    Choice,

    /// <summary>A grammar in GBNF.</summary>
    Grammar,
}

/// <summary>The form that an output has to have.</summary>
/// <param name="Kind">What it is described by.</param>
/// <param name="Text">The description itself; empty for any JSON object.</param>
/// <param name="Param">The parameter that the description stands in, such as <c>response_format.json_schema.schema</c>.</param>
public sealed record StructuredOutput(StructuredOutputKind Kind, string Text, string Param)
{
    /// <summary>The name that the request gave a schema; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>Whether JSON is written without white space (vLLM's <c>disable_any_whitespace</c>).</summary>
    public bool IsCompact { get; init; }

    /// <summary>What the model puts around thoughts that may come before; null where it does not think.</summary>
    public ReasoningMarks? Thoughts { get; init; }

    /// <summary>Whether the prompt has begun these thoughts.</summary>
    public bool AreThoughtsBegun { get; init; }

    /// <summary>The calls that the model may make instead; null where it may make none, or what it does make is not looked at.</summary>
    public OfferedCalls? Calls { get; init; }

    /// <summary>The model cannot be held to the form.</summary>
    /// <param name="reason">A sentence about the parameter, which is its subject.</param>
    public RequestErrorException Unsupported(string reason) => RequestErrorException.UnsupportedValue(Param, $"'{Param}' {reason}");

    /// <summary>The description is at fault.</summary>
    /// <param name="path">Where in it: <c>.properties.a.not</c>; empty for all of it.</param>
    /// <param name="reason">What is wrong.</param>
    public RequestErrorException Refuse(string path, string reason) => Kind == StructuredOutputKind.JsonSchema
        ? RequestErrorException.Invalid(Param + path, "invalid_json_schema", $"Invalid schema for {Param.Split('.')[0]} '{Name ?? "schema"}': In context={Context(path)}, {reason}")
        : RequestErrorException.Invalid(Param + path, "invalid_value", $"Invalid '{Param}': {reason}");

    /// <summary>A place in a schema as OpenAI writes it: <c>('properties', 'a')</c>, without the keyword itself.</summary>
    private static string Context(string path)
    {
        string[] steps = [.. path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.').Skip(1).SkipLast(1).Select(step => $"'{step}'")];
        return steps.Length == 1 ? $"({steps[0]},)" : $"({string.Join(", ", steps)})";
    }
}
