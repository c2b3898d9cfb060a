namespace Pipeline.Data.States;

/// <summary>What becomes of a run that is due while the batch of an earlier one has not ended. Numbers are stored.</summary>
public enum Overlap : short
{
    /// <summary>It is left out.</summary>
    Skip = 0,

    /// <summary>It waits for the earlier one's end.</summary>
    Queue = 1,

    /// <summary>It starts beside it.</summary>
    Allow = 2,
}
