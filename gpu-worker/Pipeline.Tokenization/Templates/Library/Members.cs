using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>Attributes, entries and slices of values.</summary>
internal static class Members
{
    /// <summary><c>value.name</c>: a method where there is one, otherwise an entry.</summary>
    public static object? Attribute(object? value, string name) =>
        (object?)Method(value, name) ?? (Entry(value, name, out object? entry) ? entry : Missing(value, name));

    /// <summary><c>value[key]</c>: an entry where there is one, otherwise a method.</summary>
    public static object? Item(object? value, object? key)
    {
        if (key is string name)
        {
            return Entry(value, name, out object? entry) ? entry : (object?)Method(value, name) ?? Missing(value, name);
        }
        if (value is string or List<object?> && key is long or bool)
        {
            IReadOnlyList<object?> items = Values.AsList(value);
            long index = Values.AsInteger(key);
            index = index < 0 ? index + items.Count : index;
            return index >= 0 && index < items.Count ? items[(int)index] : new Undefined($"[{key}]");
        }
        return value is Mapping mapping && mapping.TryFind(key, out object? found) ? found : Missing(value, PythonText.Str(key));
    }

    /// <summary>An attribute such as "function.name" or 0, as the filters that take one name it.</summary>
    public static object? Path(object? value, object? path)
    {
        if (path is not string text)
        {
            return Item(value, path);
        }
        foreach (string part in text.Split('.'))
        {
            value = value is Undefined ? value : long.TryParse(part, out long index) ? Item(value, index) : Item(value, part);
        }
        return value;
    }

    /// <summary><c>value[start:stop:step]</c>, as Python cuts it.</summary>
    public static object? Slice(object? value, long? start, long? stop, long step)
    {
        if (value is not (string or List<object?>))
        {
            throw new TemplateRenderException($"A value of type {Values.TypeName(value)} cannot be sliced");
        }
        if (step == 0)
        {
            throw new TemplateRenderException("A slice's step cannot be 0");
        }
        IReadOnlyList<object?> items = Values.AsList(value);
        long count = items.Count;
        (long low, long high) = step > 0 ? (0L, count) : (-1L, count - 1);
        long from = Bound(start, step > 0 ? low : high);
        long to = Bound(stop, step > 0 ? high : low);
        List<object?> result = [];
        for (long i = from; step > 0 ? i < to : i > to; i += step)
        {
            result.Add(items[(int)i]);
        }
        return value is string ? CodePoints.Join(result) : result;

        long Bound(long? bound, long whenAbsent) =>
            bound is not { } given ? whenAbsent : Math.Clamp(given < 0 ? given + count : given, low, high);
    }

    private static bool Entry(object? value, string name, out object? entry)
    {
        entry = null;
        return value switch
        {
            Mapping mapping => mapping.TryGetValue(name, out entry),
            Namespace scope => scope.Attributes.TryGetValue(name, out entry),
            CallableMapping loop => loop.Entries.TryGetValue(name, out entry),
            _ => false,
        };
    }

    private static TemplateFunction? Method(object? value, string name) => value switch
    {
        string text => StringMethods.Find(text, name),
        Mapping mapping => MappingMethods.Find(mapping, name),
        List<object?> list => ListMethods.Find(list, name),
        _ => null,
    };

    private static Undefined Missing(object? value, string name) => value is Undefined undefined
        ? throw new TemplateRenderException($"'{undefined.Name}' is undefined")
        : new Undefined(name);
}
