namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Makes the variable <c>loop</c>, and remembers what <c>loop.changed</c> saw last.</summary>
/// <param name="depth">How many loops of the same statement are around it.</param>
/// <param name="recurse">Runs the loop over other items, and returns what it writes.</param>
internal sealed class LoopMemory(int depth, TemplateFunction recurse)
{
    private object? _last = new Undefined("last");

    public object Variable(IReadOnlyList<object?> items, int index, bool isRecursive) =>
        isRecursive ? new CallableMapping(Entries(items, index), recurse) : Entries(items, index);

    private Mapping Entries(IReadOnlyList<object?> items, int index) => new()
    {
        ["depth"] = depth + 1L,
        ["depth0"] = (long)depth,
        ["index"] = index + 1L,
        ["index0"] = (long)index,
        ["revindex"] = (long)items.Count - index,
        ["revindex0"] = items.Count - index - 1L,
        ["first"] = index == 0,
        ["last"] = index == items.Count - 1,
        ["length"] = (long)items.Count,
        ["previtem"] = index > 0 ? items[index - 1] : new Undefined("previtem"),
        ["nextitem"] = index + 1 < items.Count ? items[index + 1] : new Undefined("nextitem"),
        ["cycle"] = (TemplateFunction)(arguments => arguments.Positional.Count > 0
            ? arguments.Positional[index % arguments.Positional.Count]
            : throw new TemplateRenderException("'loop.cycle' needs something to cycle through")),
        ["changed"] = (TemplateFunction)Changed,
    };

    private object? Changed(Arguments arguments)
    {
        object? now = arguments.Positional.ToList();
        bool changed = !Operators.AreEqual(_last, now);
        _last = now;
        return changed;
    }
}
