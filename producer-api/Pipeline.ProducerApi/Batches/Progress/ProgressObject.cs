using Pipeline.Data.Batches;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Batches.Progress;

/// <summary>What an event tells of a batch.</summary>
/// <param name="Object"><c>batch.progress</c>.</param>
/// <param name="BatchId">The batch.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="RequestCounts">How far it is.</param>
/// <param name="Remaining">Lines not yet ended.</param>
/// <param name="RequestsPerSecond">Lines that ended in a second, over the last minute.</param>
/// <param name="EstimatedFinishAt">When the rest will have ended at this rate, in Unix seconds; <see langword="null"/> if that cannot be told yet.</param>
internal sealed record ProgressObject(
    string Object, string BatchId, string Status, RequestCounts RequestCounts, int Remaining, double RequestsPerSecond, long? EstimatedFinishAt)
{
    public static ProgressObject Of(BatchProgress progress, DateTimeOffset now) => new(
        "batch.progress",
        progress.BatchId,
        progress.Status.ToName(),
        new RequestCounts(progress.Total, progress.Completed, progress.Failed),
        progress.Remaining,
        Math.Round(progress.JobsPerSecond, 3),
        (now + progress.TimeLeft).ToUnix());
}
