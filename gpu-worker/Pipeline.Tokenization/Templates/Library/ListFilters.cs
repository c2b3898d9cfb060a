using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>Filters over lists and mappings, and those that choose.</summary>
internal static class ListFilters
{
    public static readonly Dictionary<string, Filter> All = new()
    {
        ["length"] = (value, _, _) => Length(value),
        ["count"] = (value, _, _) => Length(value),
        ["first"] = (value, _, _) => Values.AsList(value) is [var item, ..] ? item : new Undefined("first"),
        ["last"] = (value, _, _) => Values.AsList(value) is [.., var item] ? item : new Undefined("last"),
        ["list"] = (value, _, _) => Values.AsList(value).ToList(),
        ["reverse"] = (value, _, _) => value is string text
            ? CodePoints.Join(Values.AsList(text).Reverse()) : Values.AsList(value).Reverse().ToList(),
        ["join"] = Join,
        ["items"] = (value, _, _) => value is Undefined ? new List<object?>() : MappingMethods.Items(AsMapping(value)),
        ["dictsort"] = DictSort,
        ["batch"] = Batch,
        ["sort"] = Sort,
        ["unique"] = Unique,
        ["min"] = (value, _, _) => Sorted(Values.AsList(value)) is [var item, ..] ? item : new Undefined("min"),
        ["max"] = (value, _, _) => Sorted(Values.AsList(value)) is [.., var item] ? item : new Undefined("max"),
        ["map"] = Map,
        ["select"] = (value, a, i) => Choose(value, a, i, byAttribute: false, keep: true),
        ["reject"] = (value, a, i) => Choose(value, a, i, byAttribute: false, keep: false),
        ["selectattr"] = (value, a, i) => Choose(value, a, i, byAttribute: true, keep: true),
        ["rejectattr"] = (value, a, i) => Choose(value, a, i, byAttribute: true, keep: false),
        ["attr"] = (value, a, _) => Members.Attribute(value, a.Text(0, "name")),
        ["default"] = Default,
        ["d"] = Default,
    };

    private static object? Length(object? value) => value is string text ? CodePoints.Count(text) : (long)Values.AsList(value).Count;

    /// <summary>What the filters that go item by item run over: for whatever is false, None included, nothing.</summary>
    private static IReadOnlyList<object?> ItemsOf(object? value) => Values.IsTrue(value) ? Values.AsList(value) : [];

    private static object? Default(object? value, Arguments arguments, Interpreter interpreter) =>
        value is Undefined || (Values.IsTrue(arguments.Get(1, "boolean", false)) && !Values.IsTrue(value))
            ? arguments.Get(0, "default_value", "")
            : value;

    private static string Join(object? value, Arguments arguments, Interpreter interpreter)
    {
        IEnumerable<object?> items = Values.AsList(value);
        if (arguments.Has(1, "attribute"))
        {
            items = items.Select(item => Members.Path(item, arguments.Get(1, "attribute")));
        }
        return TextFilters.Join(PythonText.Str(arguments.Get(0, "d", "")), items);
    }

    private static Mapping AsMapping(object? value) => value as Mapping
        ?? throw new TemplateRenderException($"'items' needs a mapping, not {Values.TypeName(value)}");

    private static List<object?> DictSort(object? value, Arguments arguments, Interpreter interpreter)
    {
        bool caseSensitive = Values.IsTrue(arguments.Get(0, "case_sensitive", false));
        int by = arguments.Text(1, "by", "key") == "value" ? 1 : 0;
        bool reverse = Values.IsTrue(arguments.Get(2, "reverse", false));
        return Ordered(MappingMethods.Items(AsMapping(value)), pair => Folded(((List<object?>)pair!)[by], caseSensitive), reverse);
    }

    private static List<object?> Sort(object? value, Arguments arguments, Interpreter interpreter)
    {
        bool reverse = Values.IsTrue(arguments.Get(0, "reverse", false));
        bool caseSensitive = Values.IsTrue(arguments.Get(1, "case_sensitive", false));
        object? attribute = arguments.Get(2, "attribute");
        return Ordered(Values.AsList(value),
            item => Folded(attribute is null ? item : Members.Path(item, attribute), caseSensitive), reverse);
    }

    /// <summary>Lists of so many items each, of which the last is filled up where there is something to fill it with.</summary>
    private static List<object?> Batch(object? value, Arguments arguments, Interpreter interpreter)
    {
        int size = (int)Math.Clamp(arguments.Integer(0, "linecount"), 1, Limits.LongestList);
        List<object?> batches = [.. Values.AsList(value).Chunk(size).Select(part => part.ToList())];
        if (arguments.Get(1, "fill_with") is { } filler && batches is [.., List<object?> last])
        {
            last.AddRange(Enumerable.Repeat(filler, size - last.Count));
        }
        return batches;
    }

    private static List<object?> Ordered(IReadOnlyList<object?> items, Func<object?, object?> key, bool reverse)
    {
        var comparer = Comparer<object?>.Create(Operators.Order);
        return reverse ? [.. items.OrderByDescending(key, comparer)] : [.. items.OrderBy(key, comparer)];
    }

    private static List<object?> Sorted(IReadOnlyList<object?> items) => Ordered(items, item => Folded(item, false), false);

    private static object? Folded(object? value, bool caseSensitive) =>
        value is string text && !caseSensitive ? text.ToLowerInvariant() : value;

    private static List<object?> Unique(object? value, Arguments arguments, Interpreter interpreter)
    {
        List<object?> seen = [];
        List<object?> result = [];
        foreach (object? item in Values.AsList(value))
        {
            object? key = Folded(item, Values.IsTrue(arguments.Get(0, "case_sensitive", false)));
            if (!seen.Exists(other => Operators.AreEqual(other, key)))
            {
                seen.Add(key);
                result.Add(item);
            }
        }
        return result;
    }

    private static List<object?> Map(object? value, Arguments arguments, Interpreter interpreter)
    {
        if (arguments.Named.TryGetValue("attribute", out object? attribute))
        {
            object? otherwise = arguments.Named.GetValueOrDefault("default");
            return ItemsOf(value).Select(item =>
                Members.Path(item, attribute) is var found && found is Undefined && otherwise is not null ? otherwise : found).ToList();
        }
        Filter filter = Filters.Find(arguments.Text(0, "filter"));
        var rest = new Arguments([.. arguments.Positional.Skip(1)], arguments.Named);
        return ItemsOf(value).Select(item => filter(item, rest, interpreter)).ToList();
    }

    private static List<object?> Choose(object? value, Arguments arguments, Interpreter interpreter, bool byAttribute, bool keep)
    {
        int testAt = byAttribute ? 1 : 0;
        object? attribute = byAttribute ? arguments.Require(0, "attribute") : null;
        Test test = arguments.Positional.Count > testAt
            ? Tests.Find(arguments.Text(testAt, "test"))
            : (item, _) => Values.IsTrue(item);
        var rest = new Arguments([.. arguments.Positional.Skip(testAt + 1)], arguments.Named);
        return ItemsOf(value)
            .Where(item => test(byAttribute ? Members.Path(item, attribute) : item, rest) == keep).ToList();
    }
}
