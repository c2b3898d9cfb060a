using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Tests.Planning;

/// <summary>Files of prompts with shared beginnings: how much is computed against the least possible.</summary>
public sealed class AdmissionTests
{
    private const int BlockSize = 16, Template = 256, Own = 64, Output = 8, Templates = 50, JobsPerTemplate = 20;

    private readonly Random _random = new(7);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_shuffled_file_in_a_cache_of_a_fifth_of_it_computes_at_most_half_again_of_the_least(int ahead)
    {
        int[][] jobs = [.. Jobs()];
        _random.Shuffle(jobs);

        // The working set: every template once and every job's own.
        int blocks = ((Templates * Template) + (jobs.Length * (Own + Output))) / BlockSize / 5;
        Assert.InRange(Ratio(jobs, blocks, feed: 256, ahead), 1, 1.5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Jobs_in_the_order_of_their_beginnings_compute_hardly_more_than_the_least(int ahead) =>
        Assert.InRange(Ratio([.. Jobs()], blocks: 8000, feed: 64, ahead), 1, 1.05);

    [Fact]
    public void A_shuffled_file_in_a_cache_that_holds_it_computes_hardly_more_than_the_least()
    {
        int[][] jobs = [.. Jobs()];
        _random.Shuffle(jobs);
        Assert.InRange(Ratio(jobs, blocks: 8000, feed: 256, ahead: 0), 1, 1.05);
    }

    [Fact]
    public void Who_shares_what_is_being_computed_waits_for_it()
    {
        SimulatedEngine engine = new(400, BlockSize, new StepLimits(512, 64, 8), prefixCaching: true, _random);
        int[] shared = Tokens(Template);
        Sequence[] sharers = [.. Enumerable.Range(0, 4).Select(i => Add(engine, $"{i}", [.. shared, .. Tokens(Own)]))];
        Sequence other = Add(engine, "other", Tokens(Own));

        // The template takes four chunks. Meanwhile those who share it let pass who does not.
        Assert.Equal([sharers[0], other], engine.Step().Select(chunk => chunk.Sequence));
        Finish(engine);
        Assert.Equal([0, Template, Template, Template], sharers.Select(sequence => sequence.CachedTokens));
    }

    [Fact]
    public void When_nothing_is_cached_the_beginning_that_most_share_goes_first()
    {
        SimulatedEngine engine = new(400, BlockSize, new StepLimits(512, 512, 1), prefixCaching: true, _random);
        int[] shared = Tokens(Template);
        Sequence alone = Add(engine, "alone", Tokens(Own));
        Sequence[] sharers = [.. Enumerable.Range(0, 3).Select(i => Add(engine, $"{i}", [.. shared, .. Tokens(Own)]))];
        Assert.Equal([sharers[0]], engine.Step().Select(chunk => chunk.Sequence));
        Assert.Contains(alone, engine.Planner.Waiting);
        Finish(engine);
        Assert.Equal([0, Template, Template], sharers.Select(sequence => sequence.CachedTokens));
    }

    [Fact]
    public void Nobody_is_passed_by_for_ever()
    {
        SimulatedEngine engine = new(2000, BlockSize, new StepLimits(512, 512, 4), prefixCaching: true, _random);
        int[] shared = Tokens(Template);
        Add(engine, "first", [.. shared, .. Tokens(Own)]);
        engine.Step();
        Sequence lonely = Add(engine, "lonely", Tokens(Own));
        int fed = 0;
        while (lonely.CachedTokens is null)
        {
            Assert.True(fed < 2 * WaitingLine.Patience, $"{fed} were preferred");
            while (engine.Planner.WaitingCount < 10)
            {
                Add(engine, $"{fed++}", [.. shared, .. Tokens(Own)]);
            }

            engine.Step();
        }

        // It was passed by at all.
        Assert.True(fed > WaitingLine.Patience / 2, $"{fed} were preferred");
    }

    [Fact]
    public void A_cached_prefix_is_kept_for_those_who_wait_for_it_while_anything_else_can_go()
    {
        SimulatedEngine engine = new(60, BlockSize, new StepLimits(64, 64, 1), prefixCaching: true, _random);
        int[] shared = Tokens(Template);
        Add(engine, "a", [.. shared, .. Tokens(Own)]);
        Finish(engine);
        Add(engine, "b", Tokens(Template + Own));
        Finish(engine);

        // One comes that needs more than is free, and while it is at it one that shares with "a". By age "a" would go first.
        Sequence lengthy = Add(engine, "long", Tokens((2 * Template) + Own));
        engine.Step();
        Sequence sharer = Add(engine, "sharer", [.. shared, .. Tokens(Own)]);
        Assert.Equal(Template / BlockSize, engine.Pool.Awaited);
        Finish(engine);
        Assert.Equal((0, Template), (lengthy.CachedTokens, sharer.CachedTokens));
        Assert.Equal(0, engine.Pool.Awaited);
    }

    [Fact]
    public void What_others_wait_for_is_given_up_when_nothing_else_makes_room()
    {
        SimulatedEngine engine = new(40, BlockSize, new StepLimits(64, 64, 1), prefixCaching: true, _random);
        int[] shared = Tokens(Template);
        Add(engine, "a", [.. shared, .. Tokens(Own)]);
        Finish(engine);
        Sequence huge = Add(engine, "huge", Tokens((2 * Template) + Own));
        engine.Step();
        Sequence sharer = Add(engine, "sharer", [.. shared, .. Tokens(Own)]);
        Finish(engine);
        Assert.Equal(Output, huge.Generated);
        Assert.Equal(Output, sharer.Generated);
        Assert.InRange(sharer.CachedTokens!.Value, 0, Template / 2);
    }

    private static void Finish(SimulatedEngine engine)
    {
        while (!engine.IsIdle)
        {
            engine.Step();
            engine.Planner.CheckIntegrity();
        }
    }

    /// <summary>Prompt tokens computed, against every template and every job's own computed once.</summary>
    private double Ratio(int[][] jobs, int blocks, int feed, int ahead)
    {
        SimulatedEngine engine = new(blocks, BlockSize, new StepLimits(512, 512, 16), prefixCaching: true, _random, ahead);
        int next = 0, generated = 0;
        while (next < jobs.Length || !engine.IsIdle)
        {
            for (; next < jobs.Length && engine.Planner.WaitingCount < feed; next++)
            {
                Add(engine, $"{next}", jobs[next]);
            }

            generated += engine.Step().Count(chunk => !chunk.IsPrefill);
        }

        double least = (Templates * Template) + (jobs.Length * Own);
        return (engine.TokensComputed - generated) / least;
    }

    private IEnumerable<int[]> Jobs()
    {
        for (int template = 0; template < Templates; template++)
        {
            int[] shared = Tokens(Template);
            for (int job = 0; job < JobsPerTemplate; job++)
            {
                yield return [.. shared, .. Tokens(Own)];
            }
        }
    }

    private static Sequence Add(SimulatedEngine engine, string id, int[] prompt)
    {
        Sequence sequence = new(id, prompt, Output, "");
        engine.Add(sequence, "");
        return sequence;
    }

    private int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(100_000))];
}
