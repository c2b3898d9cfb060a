using Pipeline.Tokenization.Prefixes;

namespace Pipeline.Tokenization.Tests.Prefixes;

public sealed class CacheSimulationTests
{
    private const int BlockSize = 4;

    [Fact]
    public void With_room_for_all_it_is_what_comparing_every_prompt_with_every_earlier_one_says()
    {
        var random = new Random(4_417);
        for (int round = 0; round < 200; round++)
        {
            int[][] prompts = NaivePrefixes.RandomPrompts(random, random.Next(1, 40), BlockSize);
            CachePrediction simulated = Simulate(prompts, 10_000, running: random.Next(1, 6));
            Assert.Equal(new CachePrediction(prompts.Sum(prompt => prompt.Length), NaivePrefixes.Cached(prompts, BlockSize)), simulated);
        }
    }

    [Fact]
    public void In_the_order_of_the_plan_a_cache_for_one_at_a_time_saves_as_much_as_one_for_all_of_equal_depth()
    {
        int[][] prompts = [.. Enumerable.Range(0, 60).Select(i => (int[])[.. Enumerable.Repeat(i / 6, 4 * BlockSize), 100 + i])];
        PrefixPlan plan = PrefixPlan.Make([.. prompts.Select(prompt => PromptOutline.Of(prompt, BlockSize))], BlockSize);
        Assert.Equal(plan.Prediction, Simulate([.. plan.Order.Select(i => prompts[i])], cacheBlocks: 6, running: 1));
    }

    [Fact]
    public void What_has_not_been_used_longest_makes_room()
    {
        int[][] prompts = [Prompt(1), Prompt(2), Prompt(1), Prompt(3), Prompt(1), Prompt(2)];
        // Two blocks and one of output each; five hold two at most: 1 stays in use, 2 goes for 3.
        Assert.Equal(2 * 2 * BlockSize, Simulate(prompts, cacheBlocks: 5, running: 1).CachedTokens);
        Assert.Equal(3 * 2 * BlockSize, Simulate(prompts, cacheBlocks: 7, running: 1).CachedTokens);
        Assert.Equal(0, Simulate(prompts, cacheBlocks: 3, running: 1).CachedTokens);

        static int[] Prompt(int token) => [.. Enumerable.Repeat(token, 2 * BlockSize), 9];
    }

    [Fact]
    public void What_runs_side_by_side_holds_its_blocks()
    {
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(i => (int[])[.. Enumerable.Repeat(i % 2, 2 * BlockSize), 9])];
        Assert.Equal(10 * 2 * BlockSize, Simulate(prompts, cacheBlocks: 6, running: 2).CachedTokens);
        Assert.Equal(10 * 2 * BlockSize, Simulate(prompts, cacheBlocks: 100, running: 8).CachedTokens);
    }

    [Fact]
    public void A_smaller_cache_never_saves_more_for_one_prompt_at_a_time_in_the_order_of_the_plan()
    {
        var random = new Random(77);
        for (int round = 0; round < 100; round++)
        {
            int[][] prompts = NaivePrefixes.RandomPrompts(random, 30, BlockSize);
            PrefixPlan plan = PrefixPlan.Make([.. prompts.Select(prompt => PromptOutline.Of(prompt, BlockSize))], BlockSize);
            int[][] ordered = [.. plan.Order.Select(i => prompts[i])];
            long small = Simulate(ordered, cacheBlocks: 20, running: 1).CachedTokens;
            Assert.InRange(small, 0, plan.Prediction.CachedTokens);
        }
    }

    private static CachePrediction Simulate(int[][] prompts, int cacheBlocks, int running) =>
        CacheSimulation.Run(prompts.Select(prompt => PromptOutline.Of(prompt, BlockSize)), cacheBlocks, running, outputTokens: 1, BlockSize);
}
