using System.Text.Json;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>Reads schemas, keyword by keyword, into what they say together. A keyword that is not supported is refused by name.</summary>
internal sealed class ShapeReader(SchemaReferences references)
{
    /// <summary>Keywords that say something about a schema, and ask nothing of a value.</summary>
    private static readonly HashSet<string> Annotations =
    [
        "$schema", "$id", "$comment", "$defs", "definitions", "$vocabulary", "title", "description", "default", "examples", "example",
        "deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding", "discriminator", "externalDocs", "xml",
    ];

    private readonly List<string> _open = [];

    /// <summary>What schemas say that all have to hold.</summary>
    /// <exception cref="GrammarException">One is damaged, or asks for what is not supported.</exception>
    public SchemaShape Read(IEnumerable<SchemaLocation> schemas)
    {
        var shape = new SchemaShape();
        foreach (SchemaLocation schema in schemas)
        {
            Add(shape, schema);
        }

        return shape;
    }

    /// <summary>Adds what one more schema says.</summary>
    /// <inheritdoc cref="Read"/>
    public void Add(SchemaShape shape, SchemaLocation schema)
    {
        switch (schema.Schema.ValueKind)
        {
            case JsonValueKind.True:
                return;
            case JsonValueKind.False:
                shape.Types = JsonTypes.None;
                return;
            case JsonValueKind.Object:
                break;
            default:
                throw schema.Error("A schema is expected here: an object or a boolean.");
        }

        if (_open.Contains(schema.Path))
        {
            throw schema.Error("The schema refers to itself without anything between.");
        }

        _open.Add(schema.Path);
        foreach ((string name, SchemaLocation value) in schema.Members())
        {
            Add(shape, schema, name, value);
        }

        ObjectLayers.Add(shape, schema);
        ArrayLayers.Add(shape, schema);
        _open.RemoveAt(_open.Count - 1);
    }

    private void Add(SchemaShape shape, SchemaLocation schema, string name, SchemaLocation value)
    {
        switch (name)
        {
            case "type":
                shape.Types &= ReadTypes(value) | (IsNullable(schema) ? JsonTypes.Null : JsonTypes.None);
                shape.NamesTypes = true;
                break;
            case "enum":
                Limit(shape, [.. value.Items().Select(item => item.Schema)]);
                break;
            case "const":
                Limit(shape, [value.Schema]);
                break;
            case "$ref":
                Add(shape, references.Find(value));
                break;
            case "allOf":
                foreach (SchemaLocation part in value.Items())
                {
                    Add(shape, part);
                }

                break;
            case "anyOf" or "oneOf":
                List<SchemaLocation> options = [.. value.Items()];
                shape.Groups.Add(options.Count > 0
                    ? new Alternatives(options, value, name == "oneOf") : throw value.Error($"'{name}' has to have at least one schema."));
                break;
            case "minLength" or "maxLength" or "pattern" or "format":
                AddText(shape, name, value);
                break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf":
                AddNumber(shape, name, value);
                break;
            case var _ when ObjectLayers.Reads(name) || ArrayLayers.Reads(name) || Annotations.Contains(name) || name is "nullable" || name.StartsWith("x-", StringComparison.Ordinal):
                break;
            default:
                throw value.Error($"'{name}' is not permitted.");
        }
    }

    private static void AddText(SchemaShape shape, string name, SchemaLocation value)
    {
        shape.Mentioned |= name == "format" ? JsonTypes.None : JsonTypes.String;
        switch (name)
        {
            case "minLength":
                shape.MinLength = Math.Max(shape.MinLength, value.Count());
                break;
            case "maxLength":
                shape.MaxLength = Math.Min(shape.MaxLength ?? int.MaxValue, value.Count());
                break;
            case "pattern":
                shape.Patterns.Add(ReadPattern(value));
                break;
            case "format":
                if (!Formats.TryFind(value.Text(), out Term? term))
                {
                    throw value.Error($"The format '{value.Text()}' is not supported. Supported are {string.Join(", ", Formats.Names)}.");
                }

                shape.Mentioned |= term is null ? JsonTypes.None : JsonTypes.String;
                shape.Patterns.AddRange(term is null ? [] : [term]);
                break;
        }
    }

    private static void AddNumber(SchemaShape shape, string name, SchemaLocation value)
    {
        shape.Mentioned |= JsonTypes.Number;
        if (value.Schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            throw value.Error($"'{name}' has to be a number; a boolean, as in draft 4, is not permitted.");
        }

        NumberBounds bounds = shape.Numbers;
        shape.Numbers = name switch
        {
            "minimum" => bounds.From(value.Number(), above: false),
            "exclusiveMinimum" => bounds.From(value.Number(), above: true),
            "maximum" => bounds.To(value.Number(), below: false),
            "exclusiveMaximum" => bounds.To(value.Number(), below: true),
            _ => bounds with { Steps = [.. bounds.Steps, NumberTerms.CheckStep(value)] },
        };
    }

    /// <summary>OpenAPI's word for one more type.</summary>
    private static bool IsNullable(SchemaLocation schema) =>
        schema.Schema.TryGetProperty("nullable", out JsonElement nullable) && schema.Below("nullable", nullable).Flag();

    private static JsonTypes ReadTypes(SchemaLocation value) => value.Schema.ValueKind == JsonValueKind.Array
        ? value.Items().Aggregate(JsonTypes.None, (all, item) => all | ReadTypes(item))
        : JsonTypeNames.Parse(value.Text()) ?? throw value.Error($"'{value.Text()}' is not a type.");

    internal static Term ReadPattern(SchemaLocation value)
    {
        try
        {
            return RegexParser.Search(value.Text());
        }
        catch (GrammarException e)
        {
            throw value.Error(e.Message);
        }
    }

    private static void Limit(SchemaShape shape, List<JsonElement> values) =>
        shape.Values = shape.Values is not { } known ? values : [.. known.Where(value => values.Exists(other => JsonElement.DeepEquals(value, other)))];
}
