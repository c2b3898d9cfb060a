namespace Pipeline.Engine.Tests.Speculation;

/// <summary>How many tokens are guessed, by what steps cost and how often guesses are right. No clock: seconds are said.</summary>
public sealed class SpeculatorTests
{
    [Fact]
    public void Where_rows_cost_next_to_nothing_long_drafts_are_made_and_bring_what_they_can()
    {
        using SimulatedGuessing guessing = new(1) { Cost = rows => 1 + (0.01 * rows), Chance = _ => 0.9 };
        guessing.Run(200);

        // Twelve guesses of nine tenths bring 7.5 tokens a step on average.
        Assert.InRange(guessing.Run(1000), 6, 7.6);
    }

    [Fact]
    public void Guesses_that_are_mostly_wrong_are_given_up_and_tried_again_now_and_then()
    {
        using SimulatedGuessing guessing = new(4) { Cost = rows => 1 + (0.1 * rows), Chance = _ => 0.02 };
        guessing.Run(200);
        double rate = guessing.Run(1000);
        Assert.InRange(rate, 0.95 * 4 / 1.4, 4.1 / 1.4);
        Assert.All(guessing.Drafted, drafted => Assert.InRange(drafted, 1, 150));
    }

    [Fact]
    public void One_request_without_luck_stops_while_the_others_go_on()
    {
        using SimulatedGuessing guessing = new(8) { Cost = rows => 2 + (0.1 * rows), Chance = i => i == 3 ? 0 : 0.9 };
        guessing.Run(300);
        guessing.Run(1000);
        Assert.InRange(guessing.Drafted[3], 0, 200);
        Assert.All(guessing.Drafted.Where((_, i) => i != 3), drafted => Assert.InRange(drafted, 1500, 12_000));
    }

    [Fact]
    public void Where_a_step_is_as_long_as_its_rows_nothing_is_guessed_and_when_that_changes_it_is_again()
    {
        using SimulatedGuessing guessing = new(64) { Cost = rows => 0.1 * rows, Chance = _ => 0.7 };
        guessing.Run(300);
        double rate = guessing.Run(1000);
        Assert.InRange(rate, 9.5, 10.1);
        guessing.Cost = rows => 5 + (0.01 * rows);
        guessing.Run(1000);
        Assert.True(guessing.Run(1000) > 1.5 * 64 / 5.64, "it came back");
    }

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(4, 0.6)]
    [InlineData(16, 0.8)]
    [InlineData(64, 0.9)]
    public void It_is_never_much_slower_than_without_and_near_the_best_length(int requests, double chance)
    {
        static double Cost(int rows) => 5 + rows;
        using SimulatedGuessing guessing = new(requests) { Cost = Cost, Chance = _ => chance };
        guessing.Run(500);
        double rate = guessing.Run(1000);
        double best = Enumerable.Range(0, 13).Max(n => requests * Tokens(n, chance) / Cost(requests * (1 + n)));
        Assert.InRange(rate, 0.85 * best, 1.1 * best);
        Assert.True(rate > 0.95 * requests / Cost(requests));
    }

    private static double Tokens(int guesses, double chance) => Enumerable.Range(0, guesses + 1).Sum(i => Math.Pow(chance, i));
}
