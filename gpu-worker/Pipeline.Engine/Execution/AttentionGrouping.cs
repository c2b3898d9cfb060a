using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Execution;

/// <summary>Which chunks of a plan attend together.</summary>
internal static class AttentionGrouping
{
    /// <summary>
    /// Chunks of one token go together, in groups whose longest context is at most a half longer than the
    /// shortest (or by four blocks): the padded rest is gathered for nothing. Others go alone.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<PlannedChunk>> Of(StepPlan plan, int blockSize)
    {
        List<IReadOnlyList<PlannedChunk>> groups = [];
        List<PlannedChunk> group = [];
        foreach (PlannedChunk chunk in plan.Chunks.Where(chunk => chunk.Count == 1).OrderBy(chunk => chunk.End))
        {
            int shortest = group.Count > 0 ? StepIndices.BlocksFor(group[0], blockSize) : int.MaxValue;
            if (group.Count > 0 && StepIndices.BlocksFor(chunk, blockSize) > Math.Max(shortest + 4L, shortest * 3L / 2))
            {
                groups.Add(group);
                group = [];
            }

            group.Add(chunk);
        }

        if (group.Count > 0)
        {
            groups.Add(group);
        }

        groups.AddRange(plan.Chunks.Where(chunk => chunk.Count > 1).Select(chunk => (IReadOnlyList<PlannedChunk>)[chunk]));
        return groups;
    }
}
