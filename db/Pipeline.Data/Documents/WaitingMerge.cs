using Pipeline.Data.Batches;

namespace Pipeline.Data.Documents;

/// <summary>A document whose parts have ended, and whose answering job is still held back.</summary>
/// <param name="BatchId">The set.</param>
/// <param name="Number">The document.</param>
/// <param name="Name">Its name.</param>
/// <param name="Level">The level of the jobs that have ended.</param>
/// <param name="JobId">The job that answers for the document.</param>
/// <param name="Answers">What became of the jobs of that level, in order.</param>
public sealed record WaitingMerge(string BatchId, int Number, string Name, int Level, long JobId, IReadOnlyList<ResultRow> Answers);
