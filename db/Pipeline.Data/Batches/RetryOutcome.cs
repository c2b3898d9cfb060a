namespace Pipeline.Data.Batches;

/// <summary>What came of asking for a retry.</summary>
public enum RetryOutcome
{
    /// <summary>Jobs were put back into the queue, or a batch that had not been read is read now.</summary>
    Retried,

    /// <summary>All its jobs are open or completed: there is nothing to retry.</summary>
    NothingToRetry,

    /// <summary>Its status does not allow it.</summary>
    NotNow,

    /// <summary>Some of its jobs have been deleted, their retention being over.</summary>
    Purged,
}
