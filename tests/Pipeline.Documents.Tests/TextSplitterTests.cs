using Pipeline.Documents.Splitting;

namespace Pipeline.Documents.Tests;

public sealed class TextSplitterTests
{
    private static readonly TextSplitter ByCharacters = new(text => text.Length);

    [Fact]
    public void A_text_that_fits_is_one_part() => Assert.Equal(["a b"], ByCharacters.Split("a b", 3));

    [Fact]
    public void Cuts_fall_between_paragraphs_then_lines_then_sentences_then_words()
    {
        Assert.Equal(["one two.\nthree", "four five"], ByCharacters.Split("one two.\nthree\n\nfour five", 17));
        Assert.Equal(["one two.", "three"], ByCharacters.Split("one two.\nthree", 10));
        Assert.Equal(["One two.", "Three four!", "Five"], ByCharacters.Split("One two. Three four! Five", 13));
        Assert.Equal(["one two", "three", "four"], ByCharacters.Split("one two three four", 9));
        Assert.Equal(["\u4E00\u4E01\u3002", "\u4E03\u4E08\u3002"], ByCharacters.Split("\u4E00\u4E01\u3002\u4E03\u4E08\u3002", 4));
    }

    [Fact]
    public void What_has_no_boundary_is_cut_between_characters_and_no_pair_is_halved()
    {
        IReadOnlyList<string> parts = ByCharacters.Split(string.Concat(Enumerable.Repeat("\U0001F600", 33)), 8);
        Assert.All(parts, part => Assert.True(part.Length <= 8 && !char.IsLowSurrogate(part[0]) && !char.IsHighSurrogate(part[^1])));
        Assert.Equal(66, parts.Sum(part => part.Length));
    }

    [Fact]
    public void Nothing_is_lost_and_nothing_doubled_but_white_space()
    {
        Random random = new(7);
        for (int round = 0; round < 200; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 300)).Select(_ => "ab.!? \n\n\u00E9\U0001F600".EnumerateRunes().ElementAt(random.Next(9)).ToString()));
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            int most = random.Next(2, 40);
            IReadOnlyList<string> parts = ByCharacters.Split(text, most);
            Assert.All(parts, part => Assert.InRange(part.Length, 1, most));
            Assert.Equal(Solid(text), Solid(string.Concat(parts)));
        }

        static string Solid(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
    }

    [Fact]
    public void Where_not_a_character_fits_that_is_said() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextSplitter(text => 5 * text.Length).Split("abc", 4));

    [Fact]
    public void A_long_text_is_counted_in_pieces_and_not_over_and_over()
    {
        long counted = 0;
        TextSplitter splitter = new(text =>
        {
            counted += text.Length;
            return (text.Length + 3) / 4;
        });
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"Sentence number {i} of a text without paragraphs. "));
        IReadOnlyList<string> parts = splitter.Split(text, 500);
        Assert.InRange(parts.Count, text.Length / 2000, text.Length / 1500);
        Assert.True(counted < 4 * text.Length, $"{counted} characters counted of {text.Length}");
    }
}
