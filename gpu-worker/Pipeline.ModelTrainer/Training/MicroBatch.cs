namespace Pipeline.ModelTrainer.Training;

/// <summary>Examples of similar length, padded on the right, with what the loss looks at.</summary>
internal sealed record MicroBatch(long[] Ids, int Rows, int Columns, long[] Positions, long[] Targets, float[] Weights)
{
    /// <summary>Cuts sorted examples into micro-batches of bounded size.</summary>
    public static List<MicroBatch> Cut(IReadOnlyList<Example> sorted, TrainingPlan plan)
    {
        var batches = new List<MicroBatch>();
        var start = 0;
        for (var i = 1; i <= sorted.Count; i++)
        {
            if (i == sorted.Count || sorted[i].Ids.Length * (i + 1 - start) > plan.MicroBatchTokens)
            {
                batches.Add(Of([.. sorted.Skip(start).Take(i - start)], plan));
                start = i;
            }
        }

        return batches;
    }

    private static MicroBatch Of(Example[] examples, TrainingPlan plan)
    {
        var columns = examples.Max(e => e.Ids.Length);
        var ids = new long[examples.Length * columns];
        List<long> positions = [];
        List<long> targets = [];
        List<float> weights = [];
        for (var row = 0; row < examples.Length; row++)
        {
            var example = examples[row];
            for (var i = 0; i < example.Ids.Length; i++)
            {
                ids[(row * columns) + i] = example.Ids[i];
                var answer = i >= example.AnswerStart;

                // Position i-1 foretells token i.
                if (i > 0 && (answer || (plan.DocumentWeight > 0 && (i + row) % plan.DocumentStride == 0)))
                {
                    positions.Add((row * columns) + i - 1);
                    targets.Add(example.Ids[i]);
                    weights.Add(answer ? 1 : (float)plan.DocumentWeight);
                }
            }
        }

        return new MicroBatch(ids, examples.Length, columns, [.. positions], [.. targets], [.. weights]);
    }
}
