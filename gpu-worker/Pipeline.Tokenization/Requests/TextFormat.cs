using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Tokenization.Requests;

/// <summary>The form of the text that is asked for: <c>response_format</c> of a chat, <c>text.format</c> of a response.</summary>
internal static partial class TextFormat
{
    private const string NamePattern = "^[a-zA-Z0-9_-]{1,64}$";

    /// <summary>Reads the form.</summary>
    /// <param name="format">The parameter's own fields.</param>
    /// <param name="nested">Whether a schema's fields stand in one of their own, as in a chat.</param>
    /// <returns>The form; null for any text.</returns>
    public static StructuredOutput? Read(RequestFields format, bool nested)
    {
        string type = format.Text("type") ?? throw RequestErrorException.Missing(format.PathOf("type"));
        string path = format.PathOf("type")[..^".type".Length];
        StructuredOutput? output = type switch
        {
            "text" => null,
            "json_object" => new StructuredOutput(StructuredOutputKind.JsonObject, "", path),
            "json_schema" => nested ? ReadNested(format) : ReadSchema(format),
            _ => throw RequestErrorException.UnsupportedValue(path,
                $"'{path}' does not support '{type}' with this model. Supported are 'text', 'json_object' and 'json_schema'."),
        };
        format.RefuseOthers(new HashSet<string>());
        return output;
    }

    private static StructuredOutput ReadNested(RequestFields format)
    {
        if (!format.TryGet("json_schema", out JsonElement schema))
        {
            throw RequestErrorException.Missing(format.PathOf("json_schema"));
        }
        var fields = new RequestFields(schema, format.PathOf("json_schema"));
        StructuredOutput output = ReadSchema(fields);
        fields.RefuseOthers(new HashSet<string>());
        return output;
    }

    private static StructuredOutput ReadSchema(RequestFields fields)
    {
        string name = fields.Text("name") ?? throw RequestErrorException.Missing(fields.PathOf("name"));
        if (!SchemaName().IsMatch(name))
        {
            throw RequestErrorException.Invalid(fields.PathOf("name"), "invalid_value",
                $"Invalid '{fields.PathOf("name")}': string does not match pattern. Expected a string that matches the pattern '{NamePattern}'.");
        }
        fields.Text("description");
        bool strict = fields.Flag("strict") ?? false;
        if (!fields.TryGet("schema", out JsonElement schema))
        {
            throw RequestErrorException.Missing(fields.PathOf("schema"));
        }
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw RequestErrorException.WrongType(fields.PathOf("schema"), "an object", schema);
        }
        var output = new StructuredOutput(StructuredOutputKind.JsonSchema, schema.GetRawText(), fields.PathOf("schema")) { Name = name };
        if (strict)
        {
            StrictSchema.Check(schema, output);
        }
        return output;
    }

    [GeneratedRegex(NamePattern)]
    private static partial Regex SchemaName();
}
