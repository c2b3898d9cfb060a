using Npgsql;
using Pipeline.Data.Documents;
using Pipeline.Data.Notifications;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Documents.Merging;

/// <summary>Goes on with documents in parts as their parts end.</summary>
/// <remarks>It looks once a second. To be told of every job that ends would cost those who end thousands of others more than that second.</remarks>
internal sealed class DocumentMerger(NpgsqlDataSource dataSource, DocumentMerging merging, TimeProvider time, ILogger<DocumentMerger> logger)
    : PollingService(dataSource, NotificationChannels.Documents, TimeSpan.FromSeconds(1), time, logger)
{
    private const int DocumentsAtOnce = 1024;

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, int> batch in await WaitingMerges.ReadyAsync(DataSource, DocumentsAtOnce, cancellationToken))
        {
            try
            {
                await merging.MergeAsync(batch.Key, [.. batch], cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others must not wait for this one.
                LogMessages.MergingBrokeOff(Logger, batch.Key, e);
            }
        }
    }
}
