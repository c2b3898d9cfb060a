namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>The attention of layers that see equally far: its plan, and where on the device it lies.</summary>
internal sealed class PlannedWork(AttentionPlan plan)
{
    /// <summary>The current step's plan.</summary>
    public AttentionPlan Plan => plan;

    /// <summary>Address of the work of attend_split.</summary>
    public ulong Split { get; set; }

    /// <summary>Address of the work of attend_rows.</summary>
    public ulong Rows { get; set; }

    /// <summary>Address of the work of merge_splits.</summary>
    public ulong Merges { get; set; }

    /// <summary>Whole numbers that all of it makes.</summary>
    public int Numbers => (5 * (plan.Split.Count + plan.Rows.Count)) + (4 * plan.Merges.Count);
}
