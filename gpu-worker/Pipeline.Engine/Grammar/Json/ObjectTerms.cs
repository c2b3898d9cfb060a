using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>
/// Objects: the members that a schema names come first and in its order, those that are not required may be left out; others
/// follow. A name is written without escapes that it does not need. That no other name comes twice cannot be seen to.
/// </summary>
internal sealed class ObjectTerms(SchemaCompiler compiler, JsonTerms json)
{
    private const int MostPatterns = 4;

    /// <summary>The objects that a shape allows.</summary>
    /// <exception cref="GrammarException">It asks for what is not supported.</exception>
    public Term Of(SchemaShape shape, string path)
    {
        List<Member> members = [];
        List<string> names = [.. shape.Layers.SelectMany(layer => layer.Properties.Select(property => property.Name)).Concat(shape.Required).Distinct()];
        List<(Term Names, SchemaLocation Schema)> patterns = [.. shape.Layers.SelectMany(layer => layer.Patterns)];
        List<TextAutomaton> automata = [.. patterns.Select(pattern => TextAutomatonBuilder.Build(pattern.Names))];
        foreach (string name in names)
        {
            Term value = Value(shape, SchemasOf(shape, name, pattern => automata[patterns.IndexOf(pattern)].Accepts(name)));
            members.Add(new Member(Term.Then(Term.Text(JsonLiteral.Quote(name)), json.Colon, value), shape.Required.Contains(name), value == Term.Never));
        }

        if (members.Exists(member => member.IsRequired && member.IsForbidden))
        {
            return Term.Never;
        }

        Term others = Others(shape, names, patterns, automata, path);
        int required = members.Count(member => member.IsRequired);
        (int least, int? most) = Counts(shape, members, required, others, path);
        return json.Braces(Chain([.. members.Where(member => !member.IsForbidden)], others, least, most));
    }

    private static IReadOnlyList<SchemaLocation> SchemasOf(SchemaShape shape, string? name, Func<(Term, SchemaLocation), bool> matches) =>
    [
        .. shape.Layers.SelectMany(layer =>
        {
            List<SchemaLocation> own = [.. layer.Properties.Where(property => property.Name == name).Select(property => property.Schema)];
            own.AddRange(layer.Patterns.Where(pattern => matches(pattern)).Select(pattern => pattern.Schema));
            return own.Count > 0 ? own : layer.Additional is { } additional ? [additional] : own;
        }),
    ];

    private Term Value(SchemaShape shape, IReadOnlyList<SchemaLocation> schemas) =>
        schemas.Any(schema => schema.Schema.ValueKind == System.Text.Json.JsonValueKind.False) ? Term.Never : compiler.Compile(schemas);

    /// <summary>A member that has no name of its own; nothing where there can be none.</summary>
    private Term Others(
        SchemaShape shape, List<string> names, List<(Term Names, SchemaLocation Schema)> patterns, List<TextAutomaton> automata, string path)
    {
        if (patterns.Count > MostPatterns)
        {
            throw new GrammarException($"{path}.patternProperties", $"More than {MostPatterns} patterns for one object are not supported.");
        }

        // Mostly there can be no others: then nobody has to know which names would be free.
        var free = new Lazy<TextAutomaton>(() => TextAutomatonBuilder.Build(Term.OneOf([.. names.Select(Term.Text)])).Complement());
        List<Term> options = [];
        // Each set of patterns that a name may match, and only those, has schemas of its own.
        for (int set = 0; set < 1 << patterns.Count; set++)
        {
            int chosen = set;
            Term value = Value(shape, SchemasOf(shape, null, pattern => (chosen >> patterns.IndexOf(pattern) & 1) != 0));
            if (value != Term.Never)
            {
                Term name = names.Count + patterns.Count == 0
                    ? new CharactersTerm(CodePointSet.All).Times(0, null)
                    : new AutomatonTerm(automata.Select((automaton, i) => (chosen >> i & 1) != 0 ? automaton : automaton.Complement()).Aggregate(free.Value, (all, one) => all.Intersect(one)));
                options.Add(Term.Then(JsonTerms.Quoted(new QuotedTerm(name)), json.Colon, value));
            }
        }

        return Term.OneOf([.. options]);
    }

    /// <summary>How many members without a name of their own there have to be at least and at most.</summary>
    private static (int Least, int? Most) Counts(SchemaShape shape, List<Member> members, int required, Term others, string path)
    {
        int possible = members.Count(member => !member.IsForbidden);
        bool alone = possible == 0 || others is ChoiceTerm { Options.Count: 0 };
        if (shape.MinProperties > required && !(possible == 0 && shape.MinProperties <= 1))
        {
            throw new GrammarException($"{path}.minProperties", "'minProperties' is not permitted beyond the number of required properties (or 1 where none is named).");
        }

        if (shape.MaxProperties < possible || (shape.MaxProperties is not null && !alone))
        {
            throw new GrammarException($"{path}.maxProperties", "'maxProperties' is permitted only where no property is named, or none can be added.");
        }

        return (Math.Max(0, shape.MinProperties - required), possible == 0 ? shape.MaxProperties : null);
    }

    /// <summary>Members with commas between. Whether a comma has to come depends on whether any came before.</summary>
    private Term Chain(List<Member> members, Term others, int least, int? most)
    {
        Term rest = most == 0 ? Term.Empty : Term.Then(json.Comma, others).Times(0, null);
        Term first = most == 0 ? Term.Empty : Term.Then(others, Term.Then(json.Comma, others).Times(Math.Max(0, least - 1), most - 1));
        Term begun = rest, fresh = least > 0 || most == 0 ? first : first.Maybe();
        for (int i = members.Count - 1; i >= 0; i--)
        {
            Member member = members[i];
            Rule after = new($"members after {i}") { Body = begun };
            Term here = Term.Then(member.Term, after.Call);
            fresh = member.IsRequired ? here : Term.OneOf(here, fresh);
            Term next = Term.Then(json.Comma, member.Term);
            begun = Term.Then(member.IsRequired ? next : next.Maybe(), after.Call);
        }

        return fresh;
    }

    private sealed record Member(Term Term, bool IsRequired, bool IsForbidden);
}
