using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Dispatch;

/// <summary>
/// Releases slices to the broker, no more than a model's workers need, in an order that is fair to the tenants. The rows are the outbox: a slice is marked sent
/// when the broker has confirmed it, and one that was never marked is sent again by the scheduler.
/// </summary>
internal sealed class SliceDispatcher(
    NpgsqlDataSource dataSource,
    SliceQueue queue,
    ISliceSender sender,
    IOptions<ApiOptions> options,
    TimeProvider time,
    ILogger<SliceDispatcher> logger)
    : PollingService(dataSource, NotificationChannels.Dispatch, TimeSpan.FromSeconds(1), time, logger)
{
    /// <summary>Between two rounds. At full speed slices end every few milliseconds; one look serves several, and the window is far from empty.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(15);

    // Models whose slices were just refused: what comes behind them would fare no better.
    private readonly ConcurrentDictionary<string, long> _refusedAt = new(StringComparer.Ordinal);

    private bool _isWaiting;

    /// <summary>Nobody tells that the jobs on their way become few: while slices wait, it is looked for as often as there is work sent ahead.</summary>
    protected override TimeSpan Interval => _isWaiting ? TimeSpan.FromSeconds(Math.Clamp(options.Value.DispatchAheadSeconds, 0.05, 1)) : base.Interval;

    private enum Fate
    {
        Confirmed,
        Unroutable,
        Unconfirmed,
    }

    /// <summary>Fills the windows; goes on for as long as something could be sent.</summary>
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        List<string> models = await queue.ModelsAsync(cancellationToken);
        _isWaiting = models.Count > 0;
        await Task.WhenAll(models.Select(model => FillAsync(model, cancellationToken)));
        await Task.Delay(Rest, Time, cancellationToken);
    }

    private async Task FillAsync(string model, CancellationToken cancellationToken)
    {
        TimeSpan delay = TimeSpan.FromSeconds(options.Value.UnroutableDelaySeconds);
        while (!_refusedAt.TryGetValue(model, out long refused) || Time.GetElapsedTime(refused) >= delay)
        {
            List<PendingSlice> slices = await queue.TakeAsync(model, cancellationToken);
            if (slices.Count == 0)
            {
                return;
            }

            Fate[] fates = await Task.WhenAll(slices.Select(slice => SendAsync(slice, cancellationToken)));
            long[] Of(Fate fate) => [.. slices.Zip(fates).Where(pair => pair.Second == fate).Select(pair => pair.First.Id)];
            long[] unroutable = Of(Fate.Unroutable);
            // What was taken must be marked even when the host is stopping: nobody else knows what became of it.
            await queue.MarkSentAsync(Of(Fate.Confirmed), CancellationToken.None);
            await queue.PutBackAsync([.. unroutable, .. Of(Fate.Unconfirmed)], delay, CancellationToken.None);
            if (fates.All(fate => fate == Fate.Confirmed))
            {
                _refusedAt.TryRemove(model, out _);
                continue;
            }

            if (unroutable.Length > 0 && !_refusedAt.ContainsKey(model))
            {
                LogMessages.Unroutable(Logger, model);
            }

            _refusedAt[model] = Time.GetTimestamp();
            return;
        }
    }

    private async Task<Fate> SendAsync(PendingSlice slice, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(options.Value.ConfirmTimeoutSeconds));
        try
        {
            await sender.SendAsync(slice, patience.Token);
            return Fate.Confirmed;
        }
        catch (UnroutableException)
        {
            return Fate.Unroutable;
        }
        catch (Exception e)
        {
            // Perhaps it arrived, perhaps not. A slice that is sent twice is run once: its jobs are claimed, not counted.
            LogMessages.NotConfirmed(Logger, slice.Id, e);
            return Fate.Unconfirmed;
        }
    }
}
