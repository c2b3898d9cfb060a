using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Npgsql;
using Pipeline.Data.Batches;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Batches.Progress;

/// <summary>
/// Tells whoever follows a batch how far it is, whenever that changes. One connection listens and one query reads all batches
/// that are followed, however many follow them.
/// </summary>
internal sealed class ProgressFeed(NpgsqlDataSource dataSource, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ProgressFeed> logger)
    : PollingService(dataSource, NotificationChannels.Progress, TimeSpan.FromSeconds(2), time, logger)
{
    /// <summary>Between two looks: a batch may end jobs a hundred times a second.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<Follower, bool> _followers = new();

    /// <summary>
    /// How far the batch is: now, and after every change; the last one when it has ended. <see langword="null"/> when there was
    /// no news for <paramref name="patience"/>. Ends early when the host stops.
    /// </summary>
    public async IAsyncEnumerable<BatchProgress?> FollowAsync(string batchId, TimeSpan patience, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        Follower follower = new(batchId);
        _followers.TryAdd(follower, true);
        try
        {
            follower.Tell((await BatchProgress.ReadAsync(DataSource, [batchId], over.Token)).Single());
            while (!lifetime.ApplicationStopping.IsCancellationRequested)
            {
                BatchProgress? progress = await NextAsync(follower, patience, over.Token);
                if (!lifetime.ApplicationStopping.IsCancellationRequested)
                {
                    yield return progress;
                }

                if (progress?.Status.IsFinal() ?? false)
                {
                    yield break;
                }
            }
        }
        finally
        {
            _followers.TryRemove(follower, out _);
        }
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        Follower[] followers = [.. _followers.Keys];
        if (followers.Length == 0)
        {
            return;
        }

        IReadOnlyList<BatchProgress> news = await BatchProgress.ReadAsync(DataSource, [.. followers.Select(f => f.BatchId).Distinct()], cancellationToken);
        Dictionary<string, BatchProgress> batches = news.ToDictionary(batch => batch.BatchId);
        foreach (Follower follower in followers)
        {
            if (batches.TryGetValue(follower.BatchId, out BatchProgress? progress))
            {
                follower.Tell(progress);
            }
        }

        await Task.Delay(Rest, Time, cancellationToken);
    }

    private async Task<BatchProgress?> NextAsync(Follower follower, TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ITimer timer = Time.CreateTimer(_ => impatient.Cancel(), null, patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await follower.News.ReadAsync(impatient.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>One who follows a batch: of news that were not fetched yet, the latest are kept.</summary>
    private sealed class Follower(string batchId)
    {
        private readonly Channel<BatchProgress> _news = Channel.CreateBounded<BatchProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        private readonly Lock _lock = new();
        private BatchProgress? _last;

        public string BatchId => batchId;

        public ChannelReader<BatchProgress> News => _news.Reader;

        public void Tell(BatchProgress progress)
        {
            lock (_lock)
            {
                if (!progress.IsAt(_last))
                {
                    _last = progress;
                    _news.Writer.TryWrite(progress);
                }
            }
        }
    }
}
