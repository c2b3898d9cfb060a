using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Tests.Grammar.Support;

namespace Pipeline.Engine.Tests.Grammar;

public sealed class ThoughtsTests
{
    // Tokens of the shipped model that stand for the marks.
    private const int Begin = 1, End = 0;

    private static readonly TokenVocabulary Vocabulary = new(Vocabularies.ShippedTokenizer, [2]);

    private static readonly CompiledGrammar Form = Languages.Of(RegexParser.Whole("(?:yes|no)!"), Vocabulary);

    [Fact]
    public void The_form_begins_after_thoughts_that_the_prompt_has_begun()
    {
        var constraint = new AfterThoughts(Form, null, End).Begin(50);
        Assert.DoesNotContain(2, Allowed(constraint));
        Assert.True(Allowed(constraint).Count > 1900);
        foreach (int token in Vocabulary.Encode("Let me see: {\"a\""u8))
        {
            Assert.True(constraint.Accept(token));
        }

        Assert.False(constraint.Accept(2));
        Assert.True(constraint.Accept(End));
        Assert.Equal(Allowed(Form.Begin()), Allowed(constraint));
        Finish(constraint);
        constraint.Rollback(Vocabulary.Encode("yes!"u8).Length + 2);
        Assert.True(Allowed(constraint).Count > 1900);
        Assert.True(constraint.Accept(End));
        Finish(constraint);
    }

    [Fact]
    public void A_model_that_is_free_may_think_first_or_answer_at_once()
    {
        var constraint = new AfterThoughts(Form, Begin, End).Begin(50);
        Assert.Equal(Allowed(Form.Begin()).Append(Begin).Order(), Allowed(constraint));
        Finish(constraint);
        constraint.Rollback(Vocabulary.Encode("yes!"u8).Length + 1);
        Assert.True(constraint.Accept(Begin));
        Assert.False(constraint.Accept(Begin));
        Assert.True(constraint.Accept(Vocabulary.Encode("x"u8)[0]));
        constraint.Rollback(2);
        Assert.Equal(Allowed(Form.Begin()).Append(Begin).Order(), Allowed(constraint));
        Assert.Throws<ArgumentOutOfRangeException>(() => constraint.Rollback(1));
    }

    private static void Finish(Pipeline.Engine.Grammar.ITokenConstraint constraint)
    {
        foreach (int token in Vocabulary.Encode("yes!"u8))
        {
            Assert.Contains(token, Allowed(constraint));
            Assert.True(constraint.Accept(token));
        }

        Assert.Equal([2], Allowed(constraint));
        Assert.True(constraint.Accept(2));
    }

    private static List<int> Allowed(Pipeline.Engine.Grammar.ITokenConstraint constraint) => Languages.Allowed(constraint.WriteMask, Vocabulary);
}
