using Pipeline.Engine.Sampling;

namespace Pipeline.Engine.Tests.Sampling;

public sealed class CompletionTextTests
{
    [Fact]
    public void A_stop_text_within_one_token_cuts_before_it()
    {
        CompletionText text = Text(["<end>"], "abc<end>def");
        Assert.True(text.Append(0));
        Assert.Equal("abc", text.ToString());
    }

    [Fact]
    public void A_stop_text_over_many_tokens_is_found_when_it_is_whole()
    {
        CompletionText text = Text(["STOP!"], "a S", "T", "OP", "! b");
        Assert.Equal([false, false, false, true], Enumerable.Range(0, 4).Select(i => text.Append(i)));
        Assert.Equal("a ", text.ToString());
    }

    [Fact]
    public void The_earliest_of_several_stop_texts_cuts()
    {
        CompletionText text = Text(["cd", "bc", "zz"], "a", "bcd");
        text.Append(0);
        Assert.True(text.Append(1));
        Assert.Equal("a", text.ToString());
    }

    [Fact]
    public void What_came_before_a_stop_was_allowed_is_not_searched()
    {
        CompletionText text = Text(["ab"], "xab", "a", "b", "ab");
        Assert.False(text.Append(0, mayStop: false));
        Assert.False(text.Append(1, mayStop: false));
        Assert.False(text.Append(2));
        Assert.True(text.Append(3));
        Assert.Equal("xabab", text.ToString());
    }

    [Fact]
    public void What_the_decoder_held_back_comes_at_the_end()
    {
        CompletionText text = new(new ScriptedDecoder(["a"], held: "\ufffd"), ["x"]);
        Assert.False(text.Append(0));
        text.Flush();
        Assert.Equal("a\ufffd", text.ToString());
    }

    [Fact]
    public void Random_cuts_of_a_text_stop_where_the_whole_text_would()
    {
        Random random = new(2);
        for (int round = 0; round < 500; round++)
        {
            string whole = string.Concat(Enumerable.Range(0, 30).Select(_ => "ab"[random.Next(2)]));
            string[] stops = [.. Enumerable.Range(0, 2).Select(_ => string.Concat(Enumerable.Range(0, random.Next(3, 7)).Select(_ => "ab"[random.Next(2)])))];
            List<string> parts = [];
            for (int at = 0; at < whole.Length;)
            {
                int length = Math.Min(random.Next(1, 4), whole.Length - at);
                parts.Add(whole.Substring(at, length));
                at += length;
            }

            CompletionText text = Text(stops, [.. parts]);
            int used = 0;
            bool stopped = false;
            while (!stopped && used < parts.Count)
            {
                stopped = text.Append(used++);
            }

            // Only what had come when it stopped can decide which stop text was first.
            string seen = string.Concat(parts.Take(used));
            int cut = stops.Select(stop => seen.IndexOf(stop, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
            Assert.Equal(cut >= 0, stopped);
            Assert.Equal(cut >= 0 ? seen[..cut] : whole, text.ToString());
        }
    }

    private static CompletionText Text(string[] stops, params string[] parts) => new(new ScriptedDecoder(parts, ""), stops);

    private sealed class ScriptedDecoder(string[] parts, string held) : ITextDecoder
    {
        public string Append(int token) => parts[token];

        public string Flush() => held;
    }
}
