namespace Pipeline.GpuWorker.Results;

/// <summary>Results could not be committed, for a reason that will not pass.</summary>
internal sealed class CommitFailedException(string message, Exception innerException) : Exception(message, innerException);
