namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Python's dict: its entries in their order, by keys that are texts, numbers or truth values. Not thread-safe while it is made.</summary>
internal sealed class Mapping : OrderedDictionary<object, object?>
{
    public Mapping()
        : base(new SameKeys())
    {
    }

    public Mapping(Mapping other)
        : base(other, new SameKeys())
    {
    }

    /// <summary>A value as a key.</summary>
    /// <exception cref="TemplateRenderException">It can be none.</exception>
    public static object Key(object? value) => value is string or long or double or bool
        ? value : throw new TemplateRenderException($"A value of type {Evaluation.Values.TypeName(value)} cannot be a key of a mapping");

    /// <summary>The entry of a key, if there is one. What can be no key has none.</summary>
    public bool TryFind(object? key, out object? value)
    {
        value = null;
        return key is string or long or double or bool && TryGetValue(key, out value);
    }

    /// <summary>The entries as arguments that have names.</summary>
    /// <exception cref="TemplateRenderException">A key is no text.</exception>
    public IEnumerable<KeyValuePair<string, object?>> Named() => this.Select(entry => KeyValuePair.Create(
        entry.Key as string ?? throw new TemplateRenderException($"A name must be a string, not {Evaluation.Values.TypeName(entry.Key)}"), entry.Value));

    /// <summary>Equal keys are those that Python calls equal: 1, 1.0 and True are one.</summary>
    private sealed class SameKeys : IEqualityComparer<object>
    {
        bool IEqualityComparer<object>.Equals(object? x, object? y) => Operators.AreEqual(x, y);

        int IEqualityComparer<object>.GetHashCode(object key) =>
            Evaluation.Values.TryNumber(key, out double number) ? number.GetHashCode() : key.GetHashCode();
    }
}
