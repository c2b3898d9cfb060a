using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks.Tests.Throughput;

public sealed class WorkloadTests
{
    private static readonly Workload Work = new(Jobs: 9, Shared: 40, Unique: 7, Output: 5, Batch: 4);

    [Fact]
    public void All_prompts_begin_alike_and_part_after_what_is_shared()
    {
        int[][] prompts = Work.Prompts(5000, seed: 1);
        Assert.All(prompts, prompt => Assert.Equal(47, prompt.Length));
        Assert.All(prompts[1..], prompt => Assert.Equal(prompts[0][..40], prompt[..40]));
        Assert.Equal(9, prompts.Select(prompt => string.Join(' ', prompt[40..])).Distinct().Count());
        Assert.All(prompts.SelectMany(prompt => prompt), token => Assert.InRange(token, 3, 4999));
    }

    [Fact]
    public void Plain_prompts_are_as_long_and_differ_from_the_first_block_on()
    {
        int[][] prompts = Work.Plain().Prompts(5000, seed: 1);
        Assert.All(prompts, prompt => Assert.Equal(47, prompt.Length));
        Assert.Equal(9, prompts.Select(prompt => string.Join(' ', prompt[..16])).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_prompts_and_another_gives_others()
    {
        Assert.Equal(Work.Prompts(5000, seed: 1), Work.Prompts(5000, seed: 1));
        Assert.NotEqual(Work.Prompts(5000, seed: 1), Work.Prompts(5000, seed: 2));
    }

    [Fact]
    public void What_is_shared_has_to_be_computed_once_and_the_rest_for_every_job()
    {
        Assert.Equal(40 + (9 * 7), Work.LeastPrefill);
        Assert.Equal(9 * 47, Work.Plain().LeastPrefill);
        Assert.Equal(Work.PromptTokens, Work.Plain().PromptTokens);
    }
}
