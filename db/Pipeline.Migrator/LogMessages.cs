using Microsoft.Extensions.Logging;

namespace Pipeline.Migrator;

/// <summary>Everything this program logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Applied {Count} migrations; the database is at {Last}.")]
    public static partial void Migrated(ILogger logger, int count, string last);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "The database does not answer yet ({Reason}); trying again.")]
    public static partial void Waiting(ILogger logger, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Added the configured admin key of tenant {Tenant}.")]
    public static partial void AdminKeyAdded(ILogger logger, string tenant);
}
