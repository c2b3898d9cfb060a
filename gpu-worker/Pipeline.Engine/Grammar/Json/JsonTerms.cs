using Pipeline.Engine.Grammar.Automata;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>
/// JSON's own terms. White space is optional and bounded, since a model that may write it for ever sometimes does: one space
/// after a colon; one space, or one line end with up to 16 characters of indentation, after an opening bracket, before a closing
/// one and after a comma; none elsewhere. Numbers have up to 16 figures before the point, 16 after it, and 2 in the exponent.
/// </summary>
internal sealed class JsonTerms
{
    private const int MostIndentation = 16;

    /// <summary>Figures after a number's first, and after its point.</summary>
    public const int MostMoreDigits = 15, MostDecimals = 16;

    private static readonly Term Space = Term.Text(" ");

    /// <param name="compact">Whether white space is not allowed at all.</param>
    public JsonTerms(bool compact)
    {
        Term indentation = new CharactersTerm(CodePointSet.Of(" \t")).Times(0, MostIndentation);
        Gap = compact ? Term.Empty : Term.OneOf(Term.Empty, Space, Term.Then(Term.Text("\n"), indentation));
        Colon = compact ? Term.Text(":") : Term.Then(Term.Text(":"), Space.Maybe());
        Comma = Term.Then(Term.Text(","), Gap);
        Value = MakeValue();
    }

    /// <summary>A string's character: itself, or any escape that stands for one.</summary>
    public static Term Character { get; } = Term.OneOf(
        new CharactersTerm(CodePointSet.All.Except(JsonEscapes.Escaped)), RegexParser.Whole(
            """\\(?:["\\/bfnrt]|u(?:[0-9A-Ca-cEFef][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2}|[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}))"""));

    /// <summary>Any string.</summary>
    public static Term AnyString { get; } = Quoted(Character.Times(0, null));

    /// <summary>Any whole number.</summary>
    public static Term AnyInteger { get; } = RegexParser.Whole($"0|-?[1-9][0-9]{{0,{MostMoreDigits}}}");

    /// <summary>Any number.</summary>
    public static Term AnyNumber { get; } =
        RegexParser.Whole($"-?(?:0|[1-9][0-9]{{0,{MostMoreDigits}}})(?:\\.[0-9]{{1,{MostDecimals}}})?(?:[eE][+-]?[0-9]{{1,2}})?");

    /// <summary>What may stand within brackets beside them, and after a comma.</summary>
    public Term Gap { get; }

    /// <summary>What parts a name from its value.</summary>
    public Term Colon { get; }

    /// <summary>What parts members and items.</summary>
    public Term Comma { get; }

    /// <summary>Any value.</summary>
    public Rule Value { get; }

    /// <summary>Any object.</summary>
    public Term AnyObject => Braces(List(Term.Then(AnyString, Colon, Value.Call)).Maybe());

    /// <summary>Any array.</summary>
    public Term AnyArray => Brackets(List(Value.Call).Maybe());

    /// <summary>A string of what its characters may be.</summary>
    public static Term Quoted(Term content) => Term.Then(Term.Text("\""), content, Term.Text("\""));

    /// <summary>An object of its members, commas included.</summary>
    public Term Braces(Term members) => Term.Then(Term.Text("{"), Gap, members, Gap, Term.Text("}"));

    /// <summary>An array of its items, commas included.</summary>
    public Term Brackets(Term items) => Term.Then(Term.Text("["), Gap, items, Gap, Term.Text("]"));

    /// <summary>A term one or more times, with commas between.</summary>
    public Term List(Term item) => Term.Then(item, Term.Then(Comma, item).Times(0, null));

    private Rule MakeValue()
    {
        var value = new Rule("value");
        var array = new Rule("array");
        Term rest = Term.OneOf(AnyString, AnyNumber, Term.Text("true"), Term.Text("false"), Term.Text("null"));
        var member = new Rule("member") { Body = Term.Then(AnyString, Colon, value.Call) };
        array.Body = Brackets(List(value.Call).Maybe());
        value.Body = Term.OneOf(Braces(List(member.Call).Maybe()), array.Call, rest);
        return value;
    }
}
