using System.Text;
using System.Text.Json;
using Pipeline.Engine.Grammar.Automata;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>The one way that a given value is written: without white space, escapes only where JSON wants them, numbers as given.</summary>
internal static class JsonLiteral
{
    /// <summary>A value's text.</summary>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quote(value.GetString()!),
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Of))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(member => $"{Quote(member.Name)}:{Of(member.Value)}"))}}}",
        _ => value.GetRawText(),
    };

    /// <summary>A string's text, in quotation marks.</summary>
    public static string Quote(string text) =>
        text.EnumerateRunes().Aggregate(new StringBuilder("\""), (quoted, rune) => quoted.Append(JsonEscapes.Of(rune.Value))).Append('"').ToString();
}
