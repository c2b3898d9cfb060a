using Pipeline.Data.States;

namespace Pipeline.ProducerApi;

/// <summary>Everything the API logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Unexpected error in {Method} {Path} ({RequestId}).")]
    public static partial void UnexpectedError(ILogger logger, string method, string path, string requestId, Exception exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "The database does not answer ({RequestId}).")]
    public static partial void DatabaseUnavailable(ILogger logger, string requestId, Exception exception);

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "Batch {BatchId} is valid: {Jobs} jobs for {Model}.")]
    public static partial void BatchValid(ILogger logger, string batchId, int jobs, string model);

    [LoggerMessage(EventId = 11, Level = LogLevel.Information, Message = "Batch {BatchId} failed validation with {Errors} errors.")]
    public static partial void BatchInvalid(ILogger logger, string batchId, int errors);

    [LoggerMessage(EventId = 12, Level = LogLevel.Information, Message = "Batch {BatchId} was cancelled during its validation.")]
    public static partial void BatchCancelledInValidation(ILogger logger, string batchId);

    [LoggerMessage(EventId = 13, Level = LogLevel.Error, Message = "Validation of batch {BatchId} broke off; it will be tried again.")]
    public static partial void ValidationBrokeOff(ILogger logger, string batchId, Exception exception);

    [LoggerMessage(EventId = 14, Level = LogLevel.Information, Message = "Batch {BatchId}: {CachedTokens} of {PromptTokens} prompt tokens can come out of the prefix cache.")]
    public static partial void BatchPlanned(ILogger logger, string batchId, long cachedTokens, long promptTokens);

    [LoggerMessage(EventId = 15, Level = LogLevel.Warning, Message = "Batches for {Model} run in the order of their files: what is in {Directory} cannot be used.")]
    public static partial void NoPlans(ILogger logger, string model, string directory, Exception exception);

    [LoggerMessage(EventId = 16, Level = LogLevel.Information, Message = "Batch {BatchId}: {Jobs} jobs are too long for the model, and are answered so.")]
    public static partial void JobsTooLong(ILogger logger, string batchId, int jobs);

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Batch {BatchId} is {Status}: {Written} lines out, {Failed} in error.")]
    public static partial void BatchFinalized(ILogger logger, string batchId, BatchStatus status, int written, int failed);

    [LoggerMessage(EventId = 21, Level = LogLevel.Error, Message = "Finalizing batch {BatchId} broke off; it will be tried again.")]
    public static partial void FinalizingBrokeOff(ILogger logger, string batchId, Exception exception);

    [LoggerMessage(EventId = 22, Level = LogLevel.Information, Message = "Cancelled {Jobs} waiting jobs.")]
    public static partial void JobsCancelled(ILogger logger, int jobs);

    [LoggerMessage(EventId = 23, Level = LogLevel.Information, Message = "Ended {Jobs} waiting jobs that no longer fit under a cap.")]
    public static partial void JobsOverBudget(ILogger logger, int jobs);

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "No queue takes slices for {Model}: no worker has served it yet. They wait until one does.")]
    public static partial void Unroutable(ILogger logger, string model);

    [LoggerMessage(EventId = 31, Level = LogLevel.Warning, Message = "Slice {SliceId} was not confirmed by the broker and will be sent again.")]
    public static partial void NotConfirmed(ILogger logger, long sliceId, Exception exception);

    [LoggerMessage(EventId = 50, Level = LogLevel.Error, Message = "{Count} entries of the audit trail could not be written and are lost.")]
    public static partial void AuditEntriesLost(ILogger logger, int count, Exception? exception);

    [LoggerMessage(EventId = 40, Level = LogLevel.Error, Message = "{Service} broke off; it goes on in {Seconds} s.")]
    public static partial void ServiceBrokeOff(ILogger logger, string service, double seconds, Exception exception);

    [LoggerMessage(EventId = 50, Level = LogLevel.Information, Message = "Run {RunId} of schedule {ScheduleId} is {State}: {What}")]
    public static partial void RunEnded(ILogger logger, string runId, string scheduleId, ScheduleRunState state, string? what);

    [LoggerMessage(EventId = 51, Level = LogLevel.Error, Message = "Starting run {RunId} broke off; it will be tried again.")]
    public static partial void RunBrokeOff(ILogger logger, string runId, Exception exception);

    [LoggerMessage(EventId = 60, Level = LogLevel.Information, Message = "Batch {BatchId}: {Readable} documents read, {Unreadable} that cannot be.")]
    public static partial void DocumentsRead(ILogger logger, string batchId, int readable, int unreadable);

    [LoggerMessage(EventId = 61, Level = LogLevel.Error, Message = "Reading the documents of batch {BatchId} broke off; it will be tried again.")]
    public static partial void ReadingBrokeOff(ILogger logger, string batchId, Exception exception);

    [LoggerMessage(EventId = 62, Level = LogLevel.Error, Message = "Merging the answers of batch {BatchId} broke off; it will be tried again.")]
    public static partial void MergingBrokeOff(ILogger logger, string batchId, Exception exception);

    [LoggerMessage(EventId = 52, Level = LogLevel.Information, Message = "Run {RunId} is put off: {Why}")]
    public static partial void RunPutOff(ILogger logger, string runId, string why);
}
