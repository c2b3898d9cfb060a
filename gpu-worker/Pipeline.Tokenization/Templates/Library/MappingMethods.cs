using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>The methods of a dict. Those that change it are refused, as in the sandbox of transformers.</summary>
internal static class MappingMethods
{
    public static TemplateFunction? Find(Mapping mapping, string name) => name switch
    {
        "items" => _ => Items(mapping),
        "keys" => _ => mapping.Keys.ToList<object?>(),
        "values" => _ => mapping.Values.ToList(),
        "get" => a => mapping.TryFind(a.Require(0, "key"), out object? value) ? value : a.Get(1, "default"),
        "copy" => _ => new Mapping(mapping),
        "update" or "pop" or "popitem" or "clear" or "setdefault" when !mapping.ContainsKey(name) =>
            _ => throw new TemplateRenderException($"Templates cannot change values: '{name}' is refused"),
        _ => null,
    };

    public static List<object?> Items(Mapping mapping) =>
        [.. mapping.Select(entry => (object?)new List<object?> { entry.Key, entry.Value })];
}
