using Pipeline.Tokenization.Prefixes;

namespace Pipeline.Tokenization.Tests.Prefixes;

public sealed class PrefixPlanTests
{
    private const int BlockSize = 4;

    [Fact]
    public void Prompts_that_share_a_beginning_come_together_and_groups_in_the_order_of_first_appearance()
    {
        int[][] prompts = [[.. Run(1, 8), 7], [.. Run(2, 8), 7], [5], [.. Run(1, 8), 8], [.. Run(2, 8), 8], [.. Run(1, 4), .. Run(3, 4), 9]];
        Assert.Equal([0, 3, 5, 1, 4, 2], Plan(prompts).Order);
    }

    [Fact]
    public void The_longer_the_shared_beginning_the_closer_they_come()
    {
        int[][] prompts = [[.. Run(1, 4), .. Run(2, 4), 1], [.. Run(1, 4), .. Run(3, 4), 1], [.. Run(1, 4), .. Run(2, 4), 2], [.. Run(1, 4), .. Run(3, 4), 2]];
        Assert.Equal([0, 2, 1, 3], Plan(prompts).Order);
    }

    [Fact]
    public void A_prompt_that_ends_where_others_go_on_comes_before_them()
    {
        int[][] prompts = [[.. Run(1, 8)], [.. Run(1, 4)]];
        PrefixPlan plan = Plan(prompts);
        Assert.Equal([1, 0], plan.Order);
        Assert.Equal(new CachePrediction(12, 4), plan.Prediction);
    }

    [Fact]
    public void Requests_without_a_prompt_come_last_and_count_nothing()
    {
        PrefixPlan plan = PrefixPlan.Make([null, Outline([1, 2]), null, Outline([1, 2])], BlockSize);
        Assert.Equal([1, 3, 0, 2], plan.Order);
        Assert.Equal(new CachePrediction(4, 0), plan.Prediction);
        Assert.Equal(0, PrefixPlan.Make([], BlockSize).Prediction.HitRate);
    }

    [Fact]
    public void The_last_token_is_never_expected_from_the_cache() =>
        Assert.Equal(new CachePrediction(16, 4), Plan([Run(1, 8), Run(1, 8)]).Prediction);

    [Fact]
    public void Order_and_prediction_are_those_of_comparing_every_prompt_with_every_other()
    {
        var random = new Random(20_261);
        for (int round = 0; round < 300; round++)
        {
            int[][] prompts = NaivePrefixes.RandomPrompts(random, random.Next(1, 40), BlockSize);
            PrefixPlan plan = Plan(prompts);
            Assert.Equal(Enumerable.Range(0, prompts.Length), plan.Order.Order());
            long cached = 0;
            for (int i = 0; i < prompts.Length; i++)
            {
                int[] prompt = prompts[plan.Order[i]];
                int[] lengths = [.. plan.Order.Take(i).Select(other => NaivePrefixes.CommonBlocks(prompt, prompts[other], BlockSize))];
                int most = lengths.DefaultIfEmpty(0).Max();
                // Depth first: nobody that ran earlier has more in common than the one right before.
                Assert.Equal(most, lengths.LastOrDefault());
                cached += BlockSize * Math.Min(most, (prompt.Length - 1) / BlockSize);
            }

            Assert.Equal(new CachePrediction(prompts.Sum(prompt => prompt.Length), cached), plan.Prediction);
        }
    }

    [Fact]
    public void No_other_order_computes_less()
    {
        var random = new Random(7_351);
        for (int round = 0; round < 300; round++)
        {
            int[][] prompts = NaivePrefixes.RandomPrompts(random, random.Next(1, 25), BlockSize);
            random.Shuffle(prompts);
            Assert.InRange(NaivePrefixes.Cached(prompts, BlockSize), 0, Plan(prompts).Prediction.CachedTokens);
        }
    }

    [Fact]
    public void Siblings_keep_the_order_of_first_appearance_at_every_depth()
    {
        var random = new Random(9_041);
        for (int round = 0; round < 200; round++)
        {
            int[][] prompts = NaivePrefixes.RandomPrompts(random, 20, BlockSize);
            IReadOnlyList<int> order = Plan(prompts).Order;
            for (int depth = 0; depth < 4; depth++)
            {
                foreach (var parent in order.Where(i => prompts[i].Length / BlockSize > depth).GroupBy(i => Beginning(prompts[i], depth)))
                {
                    int[] firsts = [.. parent.GroupBy(i => Beginning(prompts[i], depth + 1)).Select(child => child.Min())];
                    Assert.Equal(firsts.Order(), firsts);
                }
            }
        }
    }

    private static string Beginning(int[] prompt, int blocks) => string.Join(' ', prompt.Take(blocks * BlockSize));

    private static int[] Run(int token, int count) => [.. Enumerable.Repeat(token, count)];

    private static PromptOutline Outline(int[] prompt) => PromptOutline.Of(prompt, BlockSize);

    private static PrefixPlan Plan(int[][] prompts) => PrefixPlan.Make([.. prompts.Select(Outline)], BlockSize);
}
