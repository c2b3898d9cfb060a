using System.Collections.Concurrent;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>What <c>format</c> makes of a string: regular expressions that every text of that format which they match is valid by.</summary>
internal static class Formats
{
    private const string Year = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})";
    private const string LeapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";

    private const string Date =
        $"(?:{Year}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|{LeapYear}-02-29)";

    private const string Clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
    private const string Time = $@"{Clock}:[0-5][0-9](?:\.[0-9]{{1,6}})?(?:Z|[+\-]{Clock})";
    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string Label = "[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,30}[A-Za-z0-9])?";
    private const string Group = "[0-9a-f]{1,4}";
    private const string Host = $@"{Label}(?:\.{Label}){{0,4}}";

    private static readonly ConcurrentDictionary<string, Term> Read = new();

    private static readonly Dictionary<string, string> Expressions = new()
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["duration"] = "P(?:[0-9]{1,4}W|(?:[0-9]{1,4}Y)?(?:[0-9]{1,4}M)?[0-9]{1,4}D(?:T[0-9]{1,4}H(?:[0-9]{1,4}M(?:[0-9]{1,4}S)?)?)?|T(?:[0-9]{1,4}H)?(?:[0-9]{1,4}M)?[0-9]{1,4}S|T[0-9]{1,4}[HM])",
        ["email"] = $@"[A-Za-z0-9_+\-]{{1,32}}(?:\.[A-Za-z0-9_+\-]{{1,32}}){{0,3}}@{Label}(?:\.{Label}){{1,4}}",
        ["hostname"] = Host,
        ["ipv4"] = $@"{Byte}(?:\.{Byte}){{3}}",
        ["ipv6"] = $"(?:{Group}:){{7}}{Group}|(?:{Group}:){{1,6}}:{Group}|::(?:{Group}:){{0,5}}{Group}|::",
        ["uuid"] = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ["uri"] = $@"https?://{Host}(?::[1-9][0-9]{{0,3}})?(?:/[A-Za-z0-9_.~\-]*)*(?:\?[A-Za-z0-9_.~=&\-]*)?(?:#[A-Za-z0-9_.~\-]*)?",
    };

    /// <summary>Formats that say how to store or show a value, and nothing about its text.</summary>
    private static readonly HashSet<string> Annotations = ["password", "binary", "byte", "int32", "int64", "float", "double"];

    /// <summary>The names of those that bound a text.</summary>
    public static IEnumerable<string> Names => Expressions.Keys;

    /// <summary>Finds what a format makes of a string.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="term">The texts; null where the format does not bound them.</param>
    /// <returns>Whether it is known.</returns>
    public static bool TryFind(string name, out Term? term)
    {
        term = Expressions.TryGetValue(name, out string? expression) ? Read.GetOrAdd(expression, RegexParser.Whole) : null;
        return term is not null || Annotations.Contains(name);
    }
}
