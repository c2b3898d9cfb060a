using System.Text.Json;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>Reads what schemas say about arrays.</summary>
internal static class ArrayLayers
{
    private static readonly HashSet<string> Keywords = ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"];

    /// <summary>Whether a keyword is read here.</summary>
    public static bool Reads(string keyword) => Keywords.Contains(keyword);

    /// <summary>Adds what one schema says.</summary>
    /// <exception cref="GrammarException">It is damaged, or asks for what is not supported.</exception>
    public static void Add(SchemaShape shape, SchemaLocation schema)
    {
        List<SchemaLocation> first = [];
        SchemaLocation? others = null;
        bool found = false;
        foreach ((string name, SchemaLocation value) in schema.Members().Where(member => Reads(member.Name)))
        {
            found = true;
            switch (name)
            {
                case "items":
                    others = value.Schema.ValueKind != JsonValueKind.Array
                        ? value : throw value.Error("An array of 'items', as before draft 2020-12, is not permitted: use 'prefixItems'.");
                    break;
                case "prefixItems":
                    first.AddRange(value.Items());
                    break;
                case "minItems":
                    shape.MinItems = Math.Max(shape.MinItems, value.Count());
                    break;
                case "maxItems":
                    shape.MaxItems = Math.Min(shape.MaxItems ?? int.MaxValue, value.Count());
                    break;
                case "uniqueItems" when value.Flag():
                    throw value.Error("'uniqueItems' is not permitted.");
            }
        }

        if (found)
        {
            shape.Mentioned |= JsonTypes.Array;
            shape.Arrays.Add(new ArrayLayer(first, others));
        }
    }
}
