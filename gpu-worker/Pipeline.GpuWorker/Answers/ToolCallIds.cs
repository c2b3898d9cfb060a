namespace Pipeline.GpuWorker.Answers;

/// <summary>
/// Names calls, so that the next request can say which call a result belongs to. The same answer gets the same ids whenever
/// it is written.
/// </summary>
internal static class ToolCallIds
{
    /// <param name="answerId">The answer.</param>
    /// <param name="choice">The choice in it, from 0.</param>
    /// <param name="call">The call in that, from 0.</param>
    public static string Make(string answerId, int choice, int call) => $"call_{answerId}-{choice}-{call}";
}
