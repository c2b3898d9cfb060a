using Pipeline.Engine.Grammar;
using Pipeline.Engine.Grammar.Gbnf;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Tests.Grammar.Support;

namespace Pipeline.Engine.Tests.Grammar;

public sealed class GbnfTests
{
    private const string Arithmetic =
        """
        # sums, with a comment
        root ::= expr "=" ws term "\n"
        expr ::= term ([-+*/] term)*
        term ::= ident | num | "(" ws expr ")" ws
        ident ::= [a-z] [a-z0-9_]* ws
        num ::= [0-9]+ ws   # figures
        ws ::= [ \t\n]*
        """;

    [Theory]
    [InlineData(Arithmetic, new[] { "x1 +(2 *y) = 7\n", "((((1))))=a\n" }, new[] { "x +", "(1=2\n", "1)=2\n" })]
    [InlineData("root ::= [^\\n]{2,3} | \"\\u00e9\" .+", new[] { "ab", "漢字😀", "é\n" }, new[] { "a", "a\nb" })]
    [InlineData("root ::= (\n  \"a\"\n  | \"b\"\n) root? | \"\"", new[] { "", "a", "abba" }, new[] { "abc" })]
    [InlineData("root ::= item{3}\nitem ::= \"x\" | \"[\" item* \"]\"", new[] { "xxx", "[[x]x]x[]" }, new[] { "xx", "[x]x[" })]
    [InlineData("root ::= ws \"a\"\nws ::= ([ \\t] ws)?", new[] { "a", "    \ta" }, new[] { "b", " \n" })]
    public void Texts_belong_to_a_grammar_or_not(string grammar, string[] members, string[] others)
    {
        CompiledGrammar compiled = new(GbnfParser.Parse(grammar), Vocabularies.Shipped);
        Assert.All(members, text => Assert.True(compiled.Has(text), text));
        Assert.All(others, text => Assert.False(compiled.Has(text), text));
    }

    [Theory]
    [InlineData("start: \"a\"", "a rule is expected")]
    [InlineData("root ::= a", "'a' is missing")]
    [InlineData("a ::= \"x\"", "'root' is missing")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "twice")]
    [InlineData("root ::= (\"a\"", "no ')'")]
    [InlineData("root ::= \"a", "no end")]
    [InlineData("root ::= [a", "no end")]
    [InlineData("root ::= \"a\"{2,1}", "out of order")]
    [InlineData("root ::= \"\\q\"", "no such escape")]
    [InlineData("root ::= root \"a\" | \"b\"", "left recursion")]
    [InlineData("root ::= \"a\"? b\nb ::= root \"c\" | \"d\"", "left recursion")]
    [InlineData("root ::= \"a\" root", "Nothing satisfies")]
    public void A_damaged_grammar_is_refused_by_what_is_wrong(string grammar, string reason) => Assert.Contains(
        reason, Assert.Throws<GrammarException>(() => new CompiledGrammar(GbnfParser.Parse(grammar), Vocabularies.Shipped)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_list_that_calls_itself_at_its_end_needs_no_stack()
    {
        CompiledGrammar grammar = new(GbnfParser.Parse("root ::= \"x\" root | \"y\""), Vocabularies.Shipped);
        Assert.Same(grammar.Read(grammar.Start, "xxx"u8), grammar.Read(grammar.Start, "xxxxxxxx"u8));
        Assert.True(grammar.Has(new string('x', 10_000) + "y"));
    }
}
