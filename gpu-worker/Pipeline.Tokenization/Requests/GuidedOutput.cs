using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// The form of an output by vLLM's names: <c>structured_outputs</c> with one of <c>json</c>, <c>json_object</c>, <c>regex</c>,
/// <c>choice</c> and <c>grammar</c>, or <c>guided_json</c> and its like, as vLLM called them before. A grammar is GBNF.
/// </summary>
internal static class GuidedOutput
{
    private static readonly HashSet<string> Unsupported = ["structural_tag", "whitespace_pattern", "disable_additional_properties"];

    /// <summary>Reads the form, wherever in a request it stands.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="format">What <c>response_format</c> or its like asks for; null for any text.</param>
    /// <returns>The form; null for any text.</returns>
    /// <exception cref="RequestErrorException">It is damaged, or there are several.</exception>
    public static StructuredOutput? Read(RequestFields fields, StructuredOutput? format)
    {
        List<StructuredOutput> found = [.. format is null ? (StructuredOutput[])[] : [format]];
        if (fields.TryGet("structured_outputs", out JsonElement nested))
        {
            var parts = new RequestFields(nested, "structured_outputs");
            StructuredOutput output = ReadKinds(parts, "") switch
            {
                [var one] => one,
                _ => throw RequestErrorException.Invalid("structured_outputs", "invalid_value",
                    "Invalid 'structured_outputs': expected exactly one of 'json', 'json_object', 'regex', 'choice' and 'grammar'."),
            };
            found.Add(output with { IsCompact = parts.Flag("disable_any_whitespace") ?? false });
            parts.RefuseOthers(Unsupported);
        }
        found.AddRange(ReadKinds(fields, "guided_"));
        return found.Count < 2 ? found.FirstOrDefault() : throw RequestErrorException.Invalid(found[1].Param, "invalid_parameter_combination",
            $"The output's form can be asked for only once, but '{found[0].Param}' and '{found[1].Param}' both do.");
    }

    private static List<StructuredOutput> ReadKinds(RequestFields fields, string prefix)
    {
        List<StructuredOutput> found = [];
        if (fields.TryGet($"{prefix}json", out JsonElement schema))
        {
            found.Add(new StructuredOutput(StructuredOutputKind.JsonSchema, SchemaText(schema, fields.PathOf($"{prefix}json")), fields.PathOf($"{prefix}json")));
        }
        if (fields.Flag($"{prefix}json_object") == true)
        {
            found.Add(new StructuredOutput(StructuredOutputKind.JsonObject, "", fields.PathOf($"{prefix}json_object")));
        }
        if (fields.Text($"{prefix}regex") is { } regex)
        {
            found.Add(new StructuredOutput(StructuredOutputKind.Regex, regex, fields.PathOf($"{prefix}regex")));
        }
        if (fields.TryGet($"{prefix}choice", out JsonElement choice))
        {
            found.Add(new StructuredOutput(StructuredOutputKind.Choice, ChoiceText(choice, fields.PathOf($"{prefix}choice")), fields.PathOf($"{prefix}choice")));
        }
        if (fields.Text($"{prefix}grammar") is { } grammar)
        {
            found.Add(new StructuredOutput(StructuredOutputKind.Grammar, grammar, fields.PathOf($"{prefix}grammar")));
        }
        return found;
    }

    private static string SchemaText(JsonElement schema, string path)
    {
        try
        {
            return schema.ValueKind switch
            {
                JsonValueKind.Object => schema.GetRawText(),
                JsonValueKind.String => JsonText.Parse(schema.GetString()!).GetRawText(),
                _ => throw RequestErrorException.WrongType(path, "an object or a string", schema),
            };
        }
        catch (JsonException e)
        {
            throw RequestErrorException.Invalid(path, "invalid_value", $"Invalid '{path}': the text is no JSON: {e.Message}");
        }
    }

    private static string ChoiceText(JsonElement choice, string path)
    {
        if (choice.ValueKind != JsonValueKind.Array)
        {
            throw RequestErrorException.WrongType(path, "an array of strings", choice);
        }
        if (choice.GetArrayLength() == 0)
        {
            throw RequestErrorException.EmptyArray(path);
        }
        foreach ((int i, JsonElement text) in choice.EnumerateArray().Index())
        {
            if (text.ValueKind != JsonValueKind.String)
            {
                throw RequestErrorException.WrongType($"{path}[{i}]", "a string", text);
            }
        }
        return choice.GetRawText();
    }
}
