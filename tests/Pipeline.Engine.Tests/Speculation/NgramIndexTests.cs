using Pipeline.Engine.Speculation;

namespace Pipeline.Engine.Tests.Speculation;

public sealed class NgramIndexTests
{
    [Fact]
    public void Whatever_grows_the_longest_run_of_last_tokens_is_found()
    {
        Random random = new(4);
        long found = 0;
        for (int round = 0; round < 60; round++)
        {
            // Of enough token ids that no pair stands at more places than are looked at.
            int vocabulary = random.Next(12, 60);
            NgramIndex index = new();
            List<int> text = [1, 2];
            while (text.Count < 500)
            {
                int again = random.Next(Math.Max(1, text.Count)), count = Math.Min(random.Next(1, 12), text.Count - again);
                text.AddRange(random.Next(2) == 0 ? text.Slice(again, count) : [random.Next(vocabulary)]);
                int[] tokens = [.. text];
                index.Extend(tokens);
                int place = index.Find(tokens, tokens, out int length);
                int longest = Enumerable.Range(1, tokens.Length - 1).Max(p => Same(tokens, p));
                Assert.InRange(length, 0, longest);
                Assert.True(length == 0 || Same(tokens, place) == length);
                found += length == longest ? 1 : 0;
            }
        }

        Assert.True(found > 5000, $"{found} found");
    }

    [Fact]
    public void A_text_of_one_token_has_nothing_to_find()
    {
        NgramIndex index = new();
        index.Find([], [1], out int length);
        Assert.Equal(0, length);
        index.Extend([1]);
        index.Find([1], [1], out length);
        Assert.Equal(0, length);
        index.Extend([1, 1]);
        Assert.Equal(1, index.Find([1, 1], [1, 1], out length));
        Assert.Equal(1, length);
    }

    private static int Same(int[] tokens, int place)
    {
        int same = 0;
        while (same < Math.Min(place, NgramIndex.Longest) && tokens[place - 1 - same] == tokens[^(1 + same)])
        {
            same++;
        }

        return same;
    }
}
