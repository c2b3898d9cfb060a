using Pipeline.Engine.Speculation;

namespace Pipeline.Engine.Tests.Speculation;

public sealed class StepCostsTests
{
    [Fact]
    public void Between_known_sizes_it_is_interpolated_and_beyond_them_nothing_is_added()
    {
        StepCosts costs = new();
        Assert.Equal(1, costs.Of(5));
        costs.Add(1, 0.010);
        costs.Add(9, 0.018);
        Assert.Equal(0.014, costs.Of(5), 9);
        Assert.Equal(0.018, costs.Of(300), 9);
        Assert.Equal(0.005, new StepCosts().Of(5, 0.005));
        costs.Add(300, 0.5);
        Assert.InRange(costs.Of(100), 0.019, 0.49);
    }

    [Fact]
    public void A_step_that_was_disturbed_is_not_believed_once_a_larger_one_took_less()
    {
        StepCosts costs = new();
        costs.Add(4, 3);
        costs.Add(8, 0.02);
        Assert.Equal(0.02, costs.Of(4), 9);
        costs.Add(4, 0.01);
        costs.Add(4, 0.01);
        Assert.InRange(costs.Of(4), 0.01, 0.02);
    }

    [Fact]
    public void Where_rows_are_free_all_guesses_are_taken_and_where_they_cost_their_part_only_those_that_bring_more()
    {
        StepCosts free = new(), dear = new();
        foreach (int rows in Enumerable.Range(1, 32))
        {
            free.Add(rows, 0.01);

            // A row more costs half as much as the first one.
            dear.Add(rows, 0.01 * (0.5 + (0.5 * rows)));
        }

        Assert.Equal(0.1, free.LeastChance(1, [0.3, 0.9, 0.1]));
        Assert.Equal(0.9, dear.LeastChance(1, [0.3, 0.9, 0.1]));

        // With many rows a step is as long as they are many: hardly a guess is worth its row.
        Assert.True(dear.LeastChance(16, [0.3, 0.9, 0.1]) > 0.9);
        Assert.True(dear.LeastChance(16, []) > 1);
    }
}
