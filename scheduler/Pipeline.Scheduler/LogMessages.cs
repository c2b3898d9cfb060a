namespace Pipeline.Scheduler;

/// <summary>Everything the scheduler logs, numbered.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "Ended the leases of {Workers} dead workers. Jobs put back into the queue: {Requeued}; failed for having lost too many workers: {Failed}; cancelled: {Cancelled}.")]
    public static partial void TookBack(ILogger logger, int workers, int requeued, int failed, int cancelled);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "{Slices} slices are to be sent again: their sender or message was lost.")]
    public static partial void SlicesReturned(ILogger logger, long slices);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Information, Message = "Closed {Slices} slices whose jobs have all ended.")]
    public static partial void SlicesClosed(ILogger logger, long slices);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Information, Message = "Expired {Jobs} jobs of batches past their window.")]
    public static partial void JobsExpired(ILogger logger, int jobs);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Information, Message = "Deleted {Files} files past their time.")]
    public static partial void FilesPurged(ILogger logger, int files);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Information, Message = "Deleted {Jobs} jobs past their retention.")]
    public static partial void JobsPurged(ILogger logger, int jobs);

    [LoggerMessage(EventId = 3007, Level = LogLevel.Information, Message = "Forgot {Keys} idempotency keys past their time.")]
    public static partial void IdempotencyKeysPurged(ILogger logger, int keys);

    [LoggerMessage(EventId = 3008, Level = LogLevel.Warning, Message = "Webhook endpoint {Endpoint} is disabled: its receiver answered 410 Gone.")]
    public static partial void WebhookDisabled(ILogger logger, string endpoint);

    [LoggerMessage(EventId = 3009, Level = LogLevel.Warning, Message = "Webhook {Delivery} to endpoint {Endpoint} is given up after {Attempts} attempts. {Error}")]
    public static partial void WebhookGivenUp(ILogger logger, string delivery, string endpoint, int attempts, string? error);

    [LoggerMessage(EventId = 3010, Level = LogLevel.Information, Message = "Deleted {Deliveries} webhook deliveries past their retention.")]
    public static partial void WebhookLogPurged(ILogger logger, int deliveries);

    [LoggerMessage(EventId = 3011, Level = LogLevel.Information, Message = "{Runs} runs of schedules are due.")]
    public static partial void RunsRecorded(ILogger logger, int runs);

    [LoggerMessage(EventId = 3050, Level = LogLevel.Information, Message = "Deleted {Entries} entries of the audit trail past their retention.")]
    public static partial void AuditTrailPurged(ILogger logger, int entries);

    [LoggerMessage(EventId = 3012, Level = LogLevel.Information, Message = "Deleted the data of {Tenants} tenants.")]
    public static partial void TenantsErased(ILogger logger, int tenants);

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "A login to the dashboard from {Address} was refused.")]
    public static partial void LoginRefused(ILogger logger, string? address);
}
