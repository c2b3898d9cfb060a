using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>The methods of a list. Those that change it are refused, as in the sandbox of transformers.</summary>
internal static class ListMethods
{
    public static TemplateFunction? Find(List<object?> list, string name) => name switch
    {
        "index" => a => list.FindIndex(item => Operators.AreEqual(item, a.Require(0, "value"))) is >= 0 and var index
            ? (long)index
            : throw new TemplateRenderException("The value is not in the list"),
        "count" => a => (long)list.Count(item => Operators.AreEqual(item, a.Require(0, "value"))),
        "copy" => _ => list.ToList(),
        "append" or "extend" or "insert" or "pop" or "remove" or "clear" or "sort" or "reverse" =>
            _ => throw new TemplateRenderException($"Templates cannot change values: '{name}' is refused"),
        _ => null,
    };
}
