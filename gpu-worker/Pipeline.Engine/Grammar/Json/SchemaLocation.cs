using System.Text.Json;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>A schema within a document.</summary>
/// <param name="Schema">The schema: an object or a boolean.</param>
/// <param name="Path">Where it stands, as in error messages: <c>.properties.a</c>; empty for the document itself.</param>
internal readonly record struct SchemaLocation(JsonElement Schema, string Path)
{
    /// <summary>What stands under a keyword.</summary>
    public SchemaLocation Below(string keyword, JsonElement value) => new(value, $"{Path}.{keyword}");

    /// <summary>An item of what stands here.</summary>
    public SchemaLocation Item(int index, JsonElement value) => new(value, $"{Path}[{index}]");

    /// <summary>The schema asks for what is not supported, or is damaged.</summary>
    public GrammarException Error(string message) => new(Path, message);

    /// <summary>The items of an array.</summary>
    /// <exception cref="GrammarException">It is none.</exception>
    public IEnumerable<SchemaLocation> Items()
    {
        SchemaLocation here = this;
        return Schema.ValueKind == JsonValueKind.Array
            ? Schema.EnumerateArray().Select((item, i) => here.Item(i, item)) : throw Error("An array is expected here.");
    }

    /// <summary>The members of an object: names and what they stand for.</summary>
    /// <inheritdoc cref="Items"/>
    public IEnumerable<(string Name, SchemaLocation Value)> Members()
    {
        SchemaLocation here = this;
        return Schema.ValueKind == JsonValueKind.Object
            ? Schema.EnumerateObject().Select(member => (member.Name, here.Below(member.Name, member.Value))) : throw Error("An object is expected here.");
    }

    /// <summary>A count.</summary>
    /// <exception cref="GrammarException">It is none.</exception>
    public int Count() =>
        Schema.ValueKind == JsonValueKind.Number && Schema.TryGetDecimal(out decimal count) && count == decimal.Truncate(count) && count is >= 0 and <= int.MaxValue
            ? (int)count : throw Error("A whole number from 0 on is expected here.");

    /// <summary>A number.</summary>
    /// <exception cref="GrammarException">It is none, or beyond what can be compared exactly.</exception>
    public decimal Number() =>
        Schema.ValueKind == JsonValueKind.Number && Schema.TryGetDecimal(out decimal number) ? number : throw Error("A number of at most 28 figures is expected here.");

    /// <summary>A text.</summary>
    /// <exception cref="GrammarException">It is none.</exception>
    public string Text() => Schema.ValueKind == JsonValueKind.String ? Schema.GetString()! : throw Error("A string is expected here.");

    /// <summary>Yes or no.</summary>
    /// <exception cref="GrammarException">It is neither.</exception>
    public bool Flag() => Schema.ValueKind is JsonValueKind.True or JsonValueKind.False ? Schema.GetBoolean() : throw Error("A boolean is expected here.");
}
