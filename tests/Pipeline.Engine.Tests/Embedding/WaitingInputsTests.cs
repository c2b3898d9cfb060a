using Pipeline.Engine.Embedding;
using Pipeline.Engine.Embedding.Packing;

namespace Pipeline.Engine.Tests.Embedding;

public sealed class WaitingInputsTests
{
    [Fact]
    public void The_oldest_goes_with_the_nearest_lengths_as_far_as_the_budget_reaches()
    {
        WaitingInputs waiting = new(100);
        EmbeddingInput[] inputs = Add(waiting, 10, 50, 11, 9, 10, 90, 12, 3);
        List<EmbeddingInput> taken = waiting.Take(45);
        Assert.Equal([10, 10, 11, 9, 3], taken.Select(input => input.Tokens.Length));
        Assert.Same(inputs[0], taken[0]);
        Assert.Equal([50], waiting.Take(45).Select(input => input.Tokens.Length));
        Assert.Equal(2, waiting.Count);
    }

    [Fact]
    public void None_is_taken_twice_or_lost_and_the_oldest_is_in_every_step()
    {
        Random random = new(5);
        WaitingInputs waiting = new(64);
        List<EmbeddingInput> left = [.. Add(waiting, [.. Enumerable.Range(0, 500).Select(_ => random.Next(1, 65))])];
        while (left.Count > 0)
        {
            if (random.Next(3) == 0)
            {
                EmbeddingInput gone = left[random.Next(left.Count)];
                waiting.Remove(gone);
                waiting.Remove(gone);
                left.Remove(gone);
                continue;
            }

            List<EmbeddingInput> taken = waiting.Take(100);
            Assert.Same(left[0], taken[0]);
            Assert.InRange(taken.Sum(input => input.Tokens.Length), 1, 100);
            Assert.All(taken, input => Assert.True(left.Remove(input)));
            Assert.Equal(left.Count, waiting.Count);
        }

        Assert.Empty(waiting.Take(100));
    }

    [Fact]
    public void A_step_lays_equal_lengths_together_and_counts_positions_anew_for_each_input()
    {
        WaitingInputs waiting = new(10);
        Add(waiting, 3, 1, 3, 2);
        PackedStep step = new(waiting.Take(100));
        Assert.Equal([new LengthGroup(0, 1, 1), new LengthGroup(1, 1, 2), new LengthGroup(3, 2, 3)], step.Groups);
        long[] positions = new long[step.Rows], tokens = new long[step.Rows];
        step.WritePositions(positions);
        step.WriteTokens(tokens);
        Assert.Equal([0, 0, 1, 0, 1, 2, 0, 1, 2], positions);
        Assert.Equal([100, 300, 301, 0, 1, 2, 200, 201, 202], tokens);
    }

    /// <summary>Adds inputs of these lengths, the i-th with tokens from 100 i on.</summary>
    private static EmbeddingInput[] Add(WaitingInputs waiting, params int[] lengths)
    {
        ActiveEmbedding owner = new(
            new() { Id = "a", Inputs = [.. lengths.Select((length, i) => Enumerable.Range(100 * i, length).ToArray())] }, 0);
        foreach (EmbeddingInput input in owner.Inputs)
        {
            waiting.Add(input);
        }

        return [.. owner.Inputs];
    }
}
