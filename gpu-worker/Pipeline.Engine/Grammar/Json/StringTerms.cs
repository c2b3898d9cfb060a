using System.Text;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>
/// Strings of a length and a form. A string that is bound by its form alone, or by nothing, costs a term; one that is bound by
/// several things at once is their automata's intersection.
/// </summary>
internal static class StringTerms
{
    /// <summary>The strings that a shape allows, quotation marks included.</summary>
    /// <exception cref="GrammarException">It would be too large.</exception>
    public static Term Of(SchemaShape shape)
    {
        if (shape.MaxLength < shape.MinLength)
        {
            return Term.Never;
        }

        if (shape.Patterns.Count == 0)
        {
            return JsonTerms.Quoted(JsonTerms.Character.Times(shape.MinLength, shape.MaxLength));
        }

        (int least, int? most) = Lengths(shape.Patterns[0]);
        if (shape.Patterns.Count == 1 && least >= shape.MinLength && (shape.MaxLength is not { } limit || most <= limit))
        {
            return JsonTerms.Quoted(new QuotedTerm(shape.Patterns[0]));
        }

        IEnumerable<TextAutomaton> all = shape.Patterns.Select(TextAutomatonBuilder.Build);
        if (shape.MinLength > 0 || shape.MaxLength is not null)
        {
            all = all.Append(TextAutomaton.OfLength(shape.MinLength, shape.MaxLength));
        }

        return JsonTerms.Quoted(new QuotedTerm(new AutomatonTerm(all.Aggregate((a, b) => a.Intersect(b)))));
    }

    /// <summary>How many characters a text of a term has at least and at most; null for any number.</summary>
    public static (int Least, int? Most) Lengths(Term term) => term switch
    {
        LiteralTerm literal => Both(Encoding.UTF8.GetString(literal.Bytes).EnumerateRunes().Count()),
        CharactersTerm => Both(1),
        SequenceTerm sequence => sequence.Parts.Select(Lengths).Aggregate(Both(0), (sum, part) => (Add(sum.Least, part.Least), Add(sum.Most, part.Most))),
        ChoiceTerm choice => choice.Options.Select(Lengths).Aggregate(
            ((int Least, int? Most)?)null, (all, option) => all is not { } known ? option : (Math.Min(known.Least, option.Least), known.Most is { } a && option.Most is { } b ? Math.Max(a, b) : null)) ?? Both(0),
        RepeatTerm repeat => (Multiply(Lengths(repeat.Body).Least, repeat.Least), repeat.Most is { } times && Lengths(repeat.Body).Most is { } most ? Multiply(most, times) : null),
        _ => (0, null),
    };

    private static (int Least, int? Most) Both(int length) => (length, length);

    private static int Add(int a, int b) => (int)Math.Min((long)a + b, int.MaxValue);

    private static int? Add(int? a, int? b) => a is { } x && b is { } y ? Add(x, y) : null;

    private static int Multiply(int a, int b) => (int)Math.Min((long)a * b, int.MaxValue);
}
