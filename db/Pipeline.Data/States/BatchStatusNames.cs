namespace Pipeline.Data.States;

/// <summary>The words that the API and the database use for <see cref="BatchStatus"/>.</summary>
public static class BatchStatusNames
{
    private static readonly Dictionary<BatchStatus, string> Names = new()
    {
        [BatchStatus.Validating] = "validating",
        [BatchStatus.Failed] = "failed",
        [BatchStatus.InProgress] = "in_progress",
        [BatchStatus.Finalizing] = "finalizing",
        [BatchStatus.Completed] = "completed",
        [BatchStatus.Expired] = "expired",
        [BatchStatus.Cancelling] = "cancelling",
        [BatchStatus.Cancelled] = "cancelled",
    };

    private static readonly Dictionary<string, BatchStatus> Statuses = Names.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The status as OpenAI writes it.</summary>
    public static string ToName(this BatchStatus status) => Names[status];

    /// <summary>The status of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static BatchStatus Parse(string name) => Statuses[name];
}
