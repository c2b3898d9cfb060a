using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>Arrays: first items by themselves, then others that are alike.</summary>
internal sealed class ArrayTerms(SchemaCompiler compiler, JsonTerms json)
{
    /// <summary>The arrays that a shape allows.</summary>
    /// <exception cref="GrammarException">It asks for what is not supported.</exception>
    public Term Of(SchemaShape shape)
    {
        if (shape.MaxItems < shape.MinItems)
        {
            return Term.Never;
        }

        int named = Math.Min(shape.Arrays.Select(layer => layer.First.Count).DefaultIfEmpty(0).Max(), shape.MaxItems ?? int.MaxValue);
        Term other = Item(shape, named);
        int least = Math.Max(0, shape.MinItems - named);
        int? most = shape.MaxItems - named;
        // Without a comma where an item of its own is the first; after the last of those come the others.
        Term begun = Term.Then(json.Comma, other).Times(least, most);
        Term fresh = most == 0 ? Term.Empty : Term.Then(other, Term.Then(json.Comma, other).Times(Math.Max(0, least - 1), most - 1));
        fresh = least == 0 && most != 0 ? fresh.Maybe() : fresh;
        for (int i = named - 1; i >= 0; i--)
        {
            bool mayMiss = i >= shape.MinItems;
            Term item = Item(shape, i);
            var rest = new Rule($"items after {i}") { Body = begun };
            Term from = Term.Then(item, rest.Call);
            Term after = Term.Then(json.Comma, item, rest.Call);
            fresh = mayMiss ? from.Maybe() : from;
            begun = mayMiss ? after.Maybe() : after;
        }

        return json.Brackets(fresh);
    }

    private Term Item(SchemaShape shape, int index) => compiler.Compile(
        [.. shape.Arrays.Select(layer => index < layer.First.Count ? layer.First[index] : layer.Others).OfType<SchemaLocation>()]);
}
