using System.Text.Json;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>Reads what schemas say about objects.</summary>
internal static class ObjectLayers
{
    private static readonly HashSet<string> Keywords =
        ["properties", "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties"];

    /// <summary>Whether a keyword is read here.</summary>
    public static bool Reads(string keyword) => Keywords.Contains(keyword);

    /// <summary>Adds what one schema says.</summary>
    /// <exception cref="GrammarException">It is damaged.</exception>
    public static void Add(SchemaShape shape, SchemaLocation schema)
    {
        List<(string, SchemaLocation)> properties = [];
        List<(Term, SchemaLocation)> patterns = [];
        SchemaLocation? additional = null;
        bool found = false;
        foreach ((string name, SchemaLocation value) in schema.Members().Where(member => Reads(member.Name)))
        {
            found = true;
            switch (name)
            {
                case "properties":
                    properties.AddRange(value.Members());
                    break;
                case "patternProperties":
                    patterns.AddRange(value.Members().Select(member =>
                        (ShapeReader.ReadPattern(member.Value with { Schema = JsonSerializer.SerializeToElement(member.Name) }), member.Value)));
                    break;
                case "additionalProperties":
                    additional = value;
                    break;
                case "required":
                    shape.Required.AddRange(value.Items().Select(item => item.Text()).Except(shape.Required).ToList());
                    break;
                case "minProperties":
                    shape.MinProperties = Math.Max(shape.MinProperties, value.Count());
                    break;
                case "maxProperties":
                    shape.MaxProperties = Math.Min(shape.MaxProperties ?? int.MaxValue, value.Count());
                    break;
            }
        }

        if (found)
        {
            shape.Mentioned |= JsonTypes.Object;
            shape.Layers.Add(new ObjectLayer(properties, patterns, additional));
        }
    }
}
