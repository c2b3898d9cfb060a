using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>A filter: the value before the bar, what stands in its parentheses, and the template that it is in.</summary>
internal delegate object? Filter(object? value, Arguments arguments, Interpreter interpreter);

/// <summary>All filters by name: Jinja's own, with transformers' <c>tojson</c>.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> ByName =
        new[] { TextFilters.All, NumberFilters.All, ListFilters.All }.SelectMany(all => all).ToDictionary();

    public static bool Exists(string name) => ByName.ContainsKey(name);

    public static Filter Find(string name) => ByName.TryGetValue(name, out Filter? filter)
        ? filter
        : throw new TemplateRenderException($"There is no filter '{name}'");
}
