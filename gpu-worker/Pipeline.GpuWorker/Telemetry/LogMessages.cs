namespace Pipeline.GpuWorker.Telemetry;

/// <summary>Everything the worker logs, numbered.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "Backend ready on {Device} after {Seconds:F1} s; runs {MaxRunning} jobs at a time.")]
    public static partial void BackendReady(ILogger logger, string device, double seconds, int maxRunning);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Critical, Message = "The backend failed. The worker stops; its jobs will be taken back.")]
    public static partial void BackendFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Information, Message = "{Model} is loaded as {Dtype}; it computes with {What}.")]
    public static partial void ModelLoaded(ILogger logger, string model, string dtype, string what);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Warning, Message = "The model is not as it should be. {Reason}")]
    public static partial void ModelWarning(ILogger logger, string reason);

    [LoggerMessage(EventId = 1101, Level = LogLevel.Information, Message = "Registered as worker {WorkerId} for {Model} on {Device}.")]
    public static partial void WorkerRegistered(ILogger logger, string workerId, string model, string device);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Information, Message = "Worker {WorkerId} has stopped and holds nothing.")]
    public static partial void WorkerStopped(ILogger logger, string workerId);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Warning, Message = "Worker {WorkerId} could not say goodbye; its lease will run out.")]
    public static partial void GoodbyeFailed(ILogger logger, string workerId, Exception exception);

    [LoggerMessage(EventId = 1104, Level = LogLevel.Warning, Message = "The lease of worker {WorkerId} was ended by somebody else. Going on under a new id; what it held is let go of.")]
    public static partial void LeaseEnded(ILogger logger, string workerId);

    [LoggerMessage(EventId = 1105, Level = LogLevel.Warning, Message = "A heartbeat of worker {WorkerId} could not be written.")]
    public static partial void HeartbeatFailed(ILogger logger, string workerId, Exception exception);

    [LoggerMessage(EventId = 1106, Level = LogLevel.Information, Message = "Gave up {Count} running jobs: cancelled, expired or taken back.")]
    public static partial void JobsDropped(ILogger logger, int count);

    [LoggerMessage(EventId = 1107, Level = LogLevel.Warning, Message = "Handed back {Count} jobs that were claimed for this worker without its knowing.")]
    public static partial void UnknownJobsHandedBack(ILogger logger, int count);

    [LoggerMessage(EventId = 1108, Level = LogLevel.Warning, Message = "Could not look whether the running jobs are still wanted.")]
    public static partial void WatchFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1201, Level = LogLevel.Information, Message = "Slice {SliceId} left after {Jobs} jobs; stopping: {Stopping}.")]
    public static partial void SliceDone(ILogger logger, long sliceId, int jobs, bool stopping);

    [LoggerMessage(EventId = 1301, Level = LogLevel.Warning, Message = "A database call is tried again, for the {Attempt}. time: {Reason}")]
    public static partial void DatabaseRetried(ILogger logger, int attempt, string reason);

    [LoggerMessage(EventId = 1302, Level = LogLevel.Warning, Message = "{Count} results came too late and were not kept: their jobs had been taken back, cancelled or expired.")]
    public static partial void ResultsFenced(ILogger logger, int count);

    [LoggerMessage(EventId = 1303, Level = LogLevel.Error, Message = "The result of job {JobId} cannot be stored; it is failed instead.")]
    public static partial void ResultNotStorable(ILogger logger, long jobId, Exception exception);

    [LoggerMessage(EventId = 1304, Level = LogLevel.Critical, Message = "{Count} results could not be committed. The worker stops; their jobs will be taken back.")]
    public static partial void CommitFailed(ILogger logger, int count, Exception exception);

    [LoggerMessage(EventId = 1401, Level = LogLevel.Error, Message = "Job {JobId} failed inside the backend.")]
    public static partial void JobFailed(ILogger logger, string jobId, Exception exception);
}
