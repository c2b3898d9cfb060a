using System.Text.Json;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>Finds what <c>$ref</c> names within a schema: JSON pointers (RFC 6901) into the same document.</summary>
/// <param name="root">The document.</param>
internal sealed class SchemaReferences(JsonElement root)
{
    /// <summary>The schema that a reference names.</summary>
    /// <param name="reference">Where the reference stands.</param>
    /// <exception cref="GrammarException">There is none, or it is no pointer.</exception>
    public SchemaLocation Find(SchemaLocation reference)
    {
        string text = reference.Text();
        if (text != "#" && !text.StartsWith("#/", StringComparison.Ordinal))
        {
            throw reference.Error($"'$ref' can only point into the same schema, such as '#/$defs/name', but is '{text}'.");
        }

        var found = new SchemaLocation(root, "");
        foreach (string part in text.Split('/').Skip(1).Select(Unescape))
        {
            found = found.Schema.ValueKind switch
            {
                JsonValueKind.Object when found.Schema.TryGetProperty(part, out JsonElement member) => found.Below(part, member),
                JsonValueKind.Array when int.TryParse(part, out int index) && index >= 0 && index < found.Schema.GetArrayLength() => found.Item(index, found.Schema[index]),
                _ => throw reference.Error($"'$ref' points to '{text}', which is not there."),
            };
        }

        return found;
    }

    private static string Unescape(string part) =>
        Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
