namespace Pipeline.Data.States;

/// <summary>Where a batch stands: OpenAI's words, stored as they write them (<see cref="BatchStatusNames"/>).</summary>
public enum BatchStatus
{
    /// <summary>The input file is being read.</summary>
    Validating,

    /// <summary>The input file was not what it should be. Final.</summary>
    Failed,

    /// <summary>Jobs run.</summary>
    InProgress,

    /// <summary>All jobs have ended; the files are being written.</summary>
    Finalizing,

    /// <summary>The files are there. Final, unless failed lines are retried.</summary>
    Completed,

    /// <summary>The window closed first; what was done is in the files. Final, unless retried.</summary>
    Expired,

    /// <summary>Cancelling was asked for; running jobs are ending.</summary>
    Cancelling,

    /// <summary>Cancelled; what was done is in the files. Final, unless retried: then it goes on.</summary>
    Cancelled,
}
