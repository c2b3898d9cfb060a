using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Engine.Grammar;
using Pipeline.Engine.Grammar.Automata;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Tests.Grammar.Support;

namespace Pipeline.Engine.Tests.Grammar;

public sealed class PatternTests
{
    [Fact]
    public void Byte_sequences_of_code_points_are_theirs_and_no_others()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            int low = random.Next(CodePointSet.Last), high = Math.Min(CodePointSet.Last, low + random.Next(1 << random.Next(1, 20)));
            (int low, int high)[] ranges = [.. CodePointSet.Of((low, high)).Ranges];
            var sequences = ranges.SelectMany(range => Utf8Sequences.Of(range.low, range.high)).ToList();
            Assert.Equal(
                ranges.Sum(range => range.high - range.low + 1L),
                sequences.Sum(sequence => sequence.Aggregate(1L, (count, part) => count * (part.High - part.Low + 1))));
            Assert.All([low, high, random.Next(low, high + 1)], codePoint => Assert.Equal(
                Rune.IsValid(codePoint), Rune.TryCreate(codePoint, out Rune rune) && sequences.Exists(sequence => Matches(sequence, rune))));
        }
    }

    [Fact]
    public void Random_expressions_match_what_dot_NETs_match()
    {
        var random = new Random(2);
        string[] subjects = [.. Enumerable.Range(0, 60).Select(_ => Text(random, random.Next(7)))];
        for (int i = 0; i < 400; i++)
        {
            string pattern = Expression(random, 3);
            var peer = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking);
            CompiledGrammar grammar = Languages.Of(RegexParser.Whole(pattern));
            TextAutomaton automaton = TextAutomatonBuilder.Build(RegexParser.Whole(pattern)), complement = automaton.Complement();
            foreach (string subject in subjects)
            {
                bool expected = peer.IsMatch(subject);
                Assert.True(expected == grammar.Has(subject), $"{pattern} on '{subject}': .NET says {expected}");
                Assert.True(expected == automaton.Accepts(subject), $"{pattern} on '{subject}': .NET says {expected}, the automaton does not");
                Assert.NotEqual(expected, complement.Accepts(subject));
            }
        }
    }

    [Fact]
    public void Random_searches_find_what_dot_NETs_find()
    {
        var random = new Random(3);
        for (int i = 0; i < 200; i++)
        {
            string pattern = $"{(random.Next(3) == 0 ? "^" : "")}{Expression(random, 2)}{(random.Next(3) == 0 ? "$" : "")}|b{{3}}$";
            var peer = new Regex(pattern.Replace("$", "\\z", StringComparison.Ordinal), RegexOptions.NonBacktracking);
            CompiledGrammar grammar = Languages.Of(RegexParser.Search(pattern));
            foreach (string subject in Enumerable.Range(0, 30).Select(_ => Text(random, random.Next(6))))
            {
                bool expected = peer.IsMatch(subject);
                Assert.True(expected == grammar.Has(subject), $"{pattern} on '{subject}': .NET says {expected}");
            }
        }
    }

    [Theory]
    [InlineData(@"\p{Lu}\p{L}*", "Ärger", "ärger")]
    [InlineData(@"[^\P{Nd}0]+", "٣5", "0")]
    [InlineData(@"\u{1F600}|\uD83D\uDE01", "😁", "😂")]
    [InlineData("[😀-😂]x?", "😁x", "😃")]
    [InlineData(@"(?<year>\d{4})-(?:0[1-9]|1[0-2])", "2026-11", "2026-13")]
    [InlineData("^a|b$", "a", "c")]
    [InlineData(@"[\]\-a\b]+", "]-a\b", "b")]
    [InlineData(".", "\r", "ab", true)]
    public void Characters_are_code_points(string pattern, string matching, string other, bool neither = false)
    {
        CompiledGrammar grammar = Languages.Of(RegexParser.Whole(pattern));
        Assert.Equal(!neither, grammar.Has(matching));
        Assert.False(grammar.Has(other));
    }

    [Theory]
    [InlineData(@"a\b", "looks around")]
    [InlineData(@"(a)\1", "refers back")]
    [InlineData("(?=a)b", "'(?:'")]
    [InlineData("(?i)a", "'(?:'")]
    [InlineData("a(b", "has no ')'")]
    [InlineData("a)", "has no '('")]
    [InlineData("a{3,2}", "out of order")]
    [InlineData("a{,2}", "escaped")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData("a++", "follows a quantifier")]
    [InlineData("a^b", "only at the beginning")]
    [InlineData("[z-a]", "out of order")]
    [InlineData(@"\p{Greek}", "no general category")]
    [InlineData(@"\ud800", "surrogate")]
    [InlineData("[a", "ends too early")]
    public void What_is_not_regular_or_not_right_is_refused_by_name(string pattern, string reason)
    {
        GrammarException refusal = Assert.Throws<GrammarException>(() => RegexParser.Whole(pattern));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"'{pattern}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_that_would_take_too_much_is_refused_or_read_as_it_goes()
    {
        Assert.Throws<GrammarException>(() => TextAutomatonBuilder.Build(RegexParser.Whole("(a|b)*a(a|b){30}")));
        CompiledGrammar grammar = Languages.Of(RegexParser.Whole("(a|b)*a(a|b){30}"));
        Assert.True(grammar.Has("bbba" + new string('b', 30)));
        Assert.False(grammar.Has(new string('b', 31)));
    }

    private static bool Matches((byte Low, byte High)[] sequence, Rune rune)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(rune.ToString());
        return bytes.Length == sequence.Length && bytes.Zip(sequence).All(pair => pair.Second.Low <= pair.First && pair.First <= pair.Second.High);
    }

    private static string Text(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "aab b1_\n-"[random.Next(9)]));

    private static string Expression(Random random, int depth)
    {
        string[] atoms = ["a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "\\s", "[a-c1]", "\\W", " "];
        if (depth == 0)
        {
            return atoms[random.Next(atoms.Length)];
        }

        string one = Expression(random, depth - 1), other = Expression(random, depth - 1);
        return random.Next(7) switch
        {
            0 => $"(?:{one}|{other})",
            1 => $"({one})*",
            2 => $"(?:{one}){{{random.Next(3)},{random.Next(3, 5)}}}",
            3 => $"(?:{one})+?",
            4 => $"({one})?",
            _ => one + other,
        };
    }
}
