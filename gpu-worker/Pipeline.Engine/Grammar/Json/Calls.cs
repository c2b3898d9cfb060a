using System.Text.Json;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>The language of outputs that may be calls, as the families write them whose marks are text: a mark, the call as JSON, a mark.</summary>
internal static class Calls
{
    /// <summary>An answer, or calls. Before calls there may be text, but only where an answer may be any text.</summary>
    /// <param name="answer">What answers are like; null for any text.</param>
    /// <param name="calls">The calls. Their first mark has its first character but once.</param>
    /// <param name="compact">Whether white space in JSON is not allowed at all.</param>
    /// <exception cref="GrammarException">The schema of a call asks for what is not supported.</exception>
    public static Rule Or(Rule? answer, OfferedCalls calls, bool compact)
    {
        Term begun = Begun(calls, OneCall(calls, compact));
        return answer is null ? TextUntil(calls.Begin, begun)
            : new Rule("answer or calls") { Body = Term.OneOf(answer.Call, Term.Then(Term.Text(calls.Begin), begun)) };
    }

    private static Term OneCall(OfferedCalls calls, bool compact)
    {
        try
        {
            return SchemaCompiler.Compile(JsonElement.Parse(calls.Schema), compact).Call;
        }
        catch (GrammarException e)
        {
            // The place is one in a schema that nobody has written.
            throw new GrammarException("", $"The parameters of a function: {e.Message}");
        }
    }

    /// <summary>What follows the first mark: one call, and further ones with their marks.</summary>
    private static Term Begun(OfferedCalls calls, Term call)
    {
        Term line = Term.Text("\n").Maybe(), rest = Term.Then(line, call, line, Term.Text(calls.End));
        return Term.Then(rest, Term.Then(line, Term.Text(calls.Begin), rest).Times(0, calls.Most - 1));
    }

    /// <summary>Any text up to a mark, if it comes, and what has to follow it then: a rule for each part of the mark that has come.</summary>
    private static Rule TextUntil(string mark, Term then)
    {
        Rule[] after = [.. Enumerable.Range(0, mark.Length).Select(i => new Rule($"text after '{mark[..i]}'"))];
        for (int i = 0; i < mark.Length; i++)
        {
            Term next = Term.Then(Term.Text(mark[i..(i + 1)]), i + 1 == mark.Length ? then : after[i + 1].Call);
            Term[] again = i == 0 ? [] : [Term.Then(Term.Text(mark[..1]), after[1].Call)];
            CodePointSet others = CodePointSet.Of(i == 0 ? mark[..1] : $"{mark[0]}{mark[i]}").Complement();
            after[i].Body = Term.OneOf([Term.Empty, next, .. again, Term.Then(new CharactersTerm(others), after[0].Call)]);
        }

        return after[0];
    }
}
