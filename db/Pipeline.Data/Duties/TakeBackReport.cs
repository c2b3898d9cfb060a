namespace Pipeline.Data.Duties;

/// <summary>What one run of <see cref="JobTakeBack"/> did.</summary>
/// <param name="Workers">Workers whose lease was ended.</param>
/// <param name="Requeued">Jobs put back into the queue.</param>
/// <param name="Failed">Jobs ended with <see cref="JobTakeBack.WorkerLost"/>.</param>
/// <param name="Cancelled">Jobs ended since their batch is being cancelled.</param>
public readonly record struct TakeBackReport(int Workers, int Requeued, int Failed, int Cancelled)
{
    /// <summary>Whether it did anything.</summary>
    public bool DidSomething => this != default;
}
