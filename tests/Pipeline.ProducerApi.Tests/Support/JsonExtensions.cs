using System.Text.Json;

namespace Pipeline.ProducerApi.Tests.Support;

internal static class JsonExtensions
{
    /// <summary>A property that is text.</summary>
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>A property that is text or null.</summary>
    public static string? TextOrNull(this JsonElement element, string name) => element.GetProperty(name).GetString();

    /// <summary>The property's JSON.</summary>
    public static string Raw(this JsonElement element, string name) => element.GetProperty(name).GetRawText();

    /// <summary>The <c>errors.data</c> of a failed batch, as (line, code, param).</summary>
    public static (int? Line, string? Code, string? Param)[] Errors(this JsonElement batch) =>
    [
        .. batch.GetProperty("errors").GetProperty("data").EnumerateArray().Select(e => (
            e.GetProperty("line").ValueKind == JsonValueKind.Null ? (int?)null : e.GetProperty("line").GetInt32(),
            e.TextOrNull("code"),
            e.TextOrNull("param"))),
    ];
}
