using System.Text;
using Pipeline.Engine.Grammar.Patterns;

namespace Pipeline.Engine.Grammar.Terms;

/// <summary>A piece of a language: a set of byte strings, described by its parts. Immutable.</summary>
internal abstract record Term
{
    /// <summary>The empty string alone.</summary>
    public static Term Empty { get; } = new SequenceTerm([]);

    /// <summary>Nothing at all: no string belongs to it.</summary>
    public static Term Never { get; } = new ChoiceTerm([]);

    /// <summary>One text, in UTF-8.</summary>
    public static Term Text(string text) => new LiteralTerm(Encoding.UTF8.GetBytes(text));

    /// <summary>One part after the other.</summary>
    public static Term Then(params Term[] parts) => parts.Length == 1 ? parts[0] : new SequenceTerm(parts);

    /// <summary>Any one of these.</summary>
    public static Term OneOf(params Term[] options) => options.Length == 1 ? options[0] : new ChoiceTerm(options);

    /// <summary>This, or nothing.</summary>
    public Term Maybe() => new RepeatTerm(this, 0, 1);

    /// <summary>This, a number of times.</summary>
    public Term Times(int least, int? most) => new RepeatTerm(this, least, most);
}

/// <summary>These bytes.</summary>
internal sealed record LiteralTerm(byte[] Bytes) : Term;

/// <summary>One character of a set, in UTF-8.</summary>
internal sealed record CharactersTerm(CodePointSet Set) : Term;

/// <summary>One part after the other.</summary>
internal sealed record SequenceTerm(IReadOnlyList<Term> Parts) : Term;

/// <summary>Any one of these; nothing at all where there are none.</summary>
internal sealed record ChoiceTerm(IReadOnlyList<Term> Options) : Term;

/// <summary>A term <paramref name="Least"/> to <paramref name="Most"/> times; without end where that is null.</summary>
internal sealed record RepeatTerm(Term Body, int Least, int? Most) : Term;

/// <summary>What a rule says.</summary>
internal sealed record CallTerm(Rule Rule) : Term;

/// <summary>
/// A term whose characters stand in a JSON string: each as itself where JSON allows it, and otherwise as the shortest escape.
/// </summary>
internal sealed record QuotedTerm(Term Body) : Term;

/// <summary>What an automaton over characters accepts.</summary>
internal sealed record AutomatonTerm(TextAutomaton Automaton) : Term;
