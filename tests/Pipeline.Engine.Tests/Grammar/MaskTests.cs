using System.Text;
using Pipeline.Engine.Grammar.Automata;
using Pipeline.Engine.Grammar.Json;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Grammar.Terms;
using Pipeline.Engine.Tests.Grammar.Support;

namespace Pipeline.Engine.Tests.Grammar;

/// <summary>Masks, against what every token does when it is tried alone.</summary>
public sealed class MaskTests
{
    private const string Receipt =
        """{"type":"object","properties":{"company":{"type":"string"},"date":{"type":["string","null"]},"total":{"type":"string","maxLength":300}},"required":["company","date","total"],"additionalProperties":false}""";

    public static TheoryData<string> Names => Vocabularies.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Masks_are_what_every_token_tried_alone_says(string name)
    {
        TokenVocabulary vocabulary = Vocabularies.Of(name);
        for (int seed = 300; seed < 330; seed++)
        {
            CompiledGrammar grammar = seed == 300 ? Languages.Schema(Receipt, vocabulary) : RandomSchemas.Satisfiable(seed, 2, vocabulary).Grammar;
            if (Walk.Draw(grammar, new Random(seed)) is not { } text)
            {
                continue;
            }

            foreach (int length in Enumerable.Range(0, text.Length + 1).Where(length => length % 7 == 0))
            {
                Configuration at = grammar.Read(grammar.Start, text.AsSpan(0, length))!;
                List<int> expected = [.. Enumerable.Range(0, 32 * vocabulary.MaskWords).Where(token =>
                    vocabulary.Bytes(token) is { IsEmpty: false } bytes && grammar.Read(at, bytes) is not null)];
                Assert.Equal(expected, grammar.Allowed(at));
            }
        }
    }

    [Fact]
    public void An_end_token_may_come_exactly_where_the_output_may_end()
    {
        TokenVocabulary vocabulary = Vocabularies.Shipped;
        CompiledGrammar grammar = Languages.Schema("""{"type":"integer","minimum":10,"maximum":999}""");
        var constraint = new TokenConstraint(grammar);
        foreach ((string text, bool mayEnd) in new[] { ("1", false), ("2", true), ("3", true) })
        {
            Assert.Equal(mayEnd, constraint.Accept(Walk.Cut(vocabulary, Encoding.UTF8.GetBytes(text), new Random(1)).Single()) && constraint.Allowed(vocabulary).Exists(vocabulary.IsEnd));
            Assert.Equal(mayEnd, constraint.MayEnd);
        }

        Assert.Equal(vocabulary.EndTokens.Order(), constraint.Allowed(vocabulary));
        Assert.True(constraint.Accept(vocabulary.EndTokens[0]));
        Assert.Equal(vocabulary.EndTokens.Order(), constraint.Allowed(vocabulary));
        Assert.False(constraint.Accept(Walk.Cut(vocabulary, "1"u8.ToArray(), new Random(1)).Single()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_taken_back_has_never_been_accepted(string name)
    {
        TokenVocabulary vocabulary = Vocabularies.Of(name);
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            CompiledGrammar grammar = RandomSchemas.Satisfiable(seed, 2, vocabulary).Grammar;
            TokenConstraint constraint = new(grammar);
            List<int> tokens = [];
            for (int i = 0; i < 150; i++)
            {
                if (random.Next(3) == 0)
                {
                    int back = random.Next(Math.Min(6, tokens.Count) + 1);
                    constraint.Rollback(back);
                    tokens.RemoveRange(tokens.Count - back, back);
                }

                List<int> allowed = constraint.Allowed(vocabulary);
                tokens.Add(allowed[random.Next(allowed.Count)]);
                Assert.True(constraint.Accept(tokens[^1]));
                Assert.False(constraint.Accept(-1));
            }

            TokenConstraint fresh = new(grammar);
            Assert.All(tokens, token => Assert.True(fresh.Accept(token)));
            Assert.Equal(fresh.Allowed(vocabulary), constraint.Allowed(vocabulary));
            Assert.Throws<ArgumentOutOfRangeException>(() => constraint.Rollback(tokens.Count + 1));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_output_with_a_limit_is_led_to_its_end_within_it(string name)
    {
        TokenVocabulary vocabulary = Vocabularies.Of(name);
        int cut = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            CompiledGrammar grammar = RandomSchemas.Satisfiable(seed, 3, vocabulary).Grammar;
            int most = grammar.TokensToEnd(grammar.Start) + 1 + random.Next(60);
            TokenConstraint constraint = new(grammar, most);
            List<int> tokens = [];
            while (tokens.Count == 0 || !vocabulary.IsEnd(tokens[^1]))
            {
                // What makes an output long is taken wherever it may be.
                List<int> allowed = constraint.Allowed(vocabulary), longer = [.. allowed.Where(token => !vocabulary.IsEnd(token) && vocabulary.Bytes(token) is not [.., (byte)'"'])];
                List<int> from = longer.Count > 0 ? longer : allowed;
                tokens.Add(from[random.Next(from.Count)]);
                Assert.True(constraint.Accept(tokens[^1]));
            }

            Assert.True(tokens.Count <= most, $"{tokens.Count} tokens of {most}");
            cut += constraint.IsCut ? 1 : 0;
            constraint.Rollback(tokens.Count);
            Assert.False(constraint.IsCut);
        }

        Assert.True(cut > 5, $"Only {cut} outputs were cut.");
    }

    [Fact]
    public void The_shortest_ending_is_as_short_as_any()
    {
        CompiledGrammar grammar = Languages.Schema("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"string","minLength":3},"minItems":70},"b":{"enum":["long","x"]}},"required":["a","b"]}""");
        Assert.Equal("""{"a":[],"b":"x"}""".Length + (70 * 6) - 1, grammar.BytesToEnd(grammar.Start));
        Assert.Equal("x\"}".Length, grammar.BytesToEnd(grammar.Read(grammar.Start, Encoding.UTF8.GetBytes($"{{\"a\":[{string.Join(',', Enumerable.Repeat("\"abc\"", 70))}],\"b\":\""))!));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forced_tokens_are_the_only_ones_allowed_and_change_no_text(string name)
    {
        TokenVocabulary vocabulary = Vocabularies.Of(name);
        int forced = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            CompiledGrammar grammar = seed % 2 == 0
                ? Languages.Schema(Receipt, vocabulary, compact: seed % 4 == 0) : RandomSchemas.Satisfiable(seed, 2, vocabulary, compact: seed % 4 == 1).Grammar;
            TokenConstraint constraint = new(grammar);
            for (int i = 0; i < 200 && constraint.Allowed(vocabulary) is var allowed && !(constraint.MayEnd && allowed.TrueForAll(vocabulary.IsEnd)); i++)
            {
                List<int> ahead = [];
                constraint.AddForced(ahead, 8);
                foreach (int token in ahead)
                {
                    Assert.Equal([token], constraint.Allowed(vocabulary));
                    Assert.True(constraint.Accept(token));
                    forced++;
                }

                List<int> next = constraint.Allowed(vocabulary);
                int chosen = next[random.Next(next.Count)];
                Assert.True(constraint.Accept(chosen));
            }
        }

        Assert.True(forced > 100, $"Only {forced} tokens were forced.");
    }

    [Fact]
    public void A_forced_token_is_the_one_that_the_tokenizer_takes_and_leaves_room_for_longer_ones()
    {
        TokenVocabulary vocabulary = Vocabularies.Shipped;
        TokenConstraint constraint = new(Languages.Schema(Receipt));
        List<int> ahead = [];
        constraint.AddForced(ahead, 10);
        // '{' must come, but the token '{"' may be meant.
        Assert.Empty(ahead);
        Assert.True(constraint.Accept(vocabulary.Encode("{\""u8)[0]));
        constraint.AddForced(ahead, 10);
        // The name must come; its closing mark may be part of the token '":"'.
        Assert.Equal(vocabulary.Encode("company"u8), ahead);
        ahead.ForEach(token => Assert.True(constraint.Accept(token)));
        Assert.Contains(vocabulary.Encode("\":\""u8)[0], constraint.Allowed(vocabulary));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_that_are_no_UTF_8_are_accepted_nowhere(string name)
    {
        TokenVocabulary vocabulary = Vocabularies.Of(name);
        CompiledGrammar grammar = Languages.Schema("""{"type":"string"}""", vocabulary);
        foreach (byte[] bytes in new byte[][] { [0x80], [0xC0, 0x80], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFF], [0xE6, 0x22], [0x00], [0x1F] })
        {
            Assert.Null(grammar.Read(grammar.Start, [(byte)'"', (byte)'a', .. bytes]));
        }

        Assert.True(grammar.Has([(byte)'"', 0xE6, 0xBC, 0xA2, (byte)'"']));
    }

    [Fact]
    public void A_language_that_has_grown_too_large_starts_anew_and_stays_the_same()
    {
        Rule rule = SchemaCompiler.AnyObject(compact: false);
        CompiledGrammar large = new(rule, Vocabularies.MadeUp), small = new(rule, Vocabularies.MadeUp, mostBytes: 20_000);
        for (int seed = 0; seed < 10; seed++)
        {
            Assert.Equal(Walk.Draw(large, new Random(seed)), Walk.Draw(small, new Random(seed)));
        }

        Assert.True(small.Bytes < large.Bytes);
    }

    [Fact]
    public void Counts_far_from_their_ends_share_a_mask()
    {
        CompiledGrammar grammar = Languages.Schema("""{"type":"string","minLength":400,"maxLength":1000}""");
        Configuration at = grammar.Start;
        HashSet<TokenMask> masks = [];
        foreach (char next in "\"" + new string('x', 1000) + "\"")
        {
            at = grammar.Read(at, [(byte)next])!;
            masks.Add(grammar.Mask(at));
        }

        Assert.True(at.MayEnd);
        Assert.InRange(masks.Count, 3, (2 * Vocabularies.Shipped.Trie.LongestToken) + 8);
    }

    [Fact]
    public void A_stack_as_deep_as_a_long_text_is_no_recursion()
    {
        CompiledGrammar grammar = new(SchemaCompiler.AnyObject(compact: true), Vocabularies.Shipped, mostBytes: 50_000_000);
        byte[] text = Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 40_000));
        Configuration at = grammar.Read(grammar.Start, text)!;
        Assert.NotEmpty(grammar.Allowed(at));
        Assert.Equal(40_001, grammar.BytesToEnd(at));
    }

    [Fact]
    public void Many_threads_see_the_same_masks()
    {
        for (int round = 0; round < 5; round++)
        {
            CompiledGrammar shared = Languages.Schema(Receipt, Vocabularies.MadeUp), alone = Languages.Schema(Receipt, Vocabularies.MadeUp);
            byte[] text = Walk.Draw(alone, new Random(round))!;
            Parallel.For(0, 8, _ =>
            {
                for (int length = 0; length <= text.Length; length++)
                {
                    ReadOnlySpan<byte> beginning = text.AsSpan(0, length);
                    Assert.Equal(alone.Allowed(alone.Read(alone.Start, beginning)!), shared.Allowed(shared.Read(shared.Start, beginning)!));
                }
            });
        }
    }
}
