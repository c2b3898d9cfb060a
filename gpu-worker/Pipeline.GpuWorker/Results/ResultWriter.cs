using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Results;
using Pipeline.Tokenization.Requests;
using Pipeline.GpuWorker.Leases;
using Pipeline.GpuWorker.Telemetry;
using Polly;

namespace Pipeline.GpuWorker.Results;

/// <summary>
/// Groups what attempts came to and commits each group in one transaction. A result is worth the device time it took: while
/// the database is away it is kept and tried again for as long as the process lives.
/// </summary>
internal sealed class ResultWriter(
    ResultCommitter committer, HeldJobs held, ResiliencePipeline retry, IOptions<WorkerOptions> options, WorkerMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ResultWriter> logger)
    : BackgroundService
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly CancellationTokenSource _drainEnds = new();

    /// <summary>Commits how an attempt ended, together with others.</summary>
    /// <returns>Ends after the commit; whether the outcome was kept.</returns>
    public Task<bool> WriteAsync(FinishedAttempt attempt)
    {
        Entry entry = new(attempt, new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!_entries.Writer.TryWrite(entry))
        {
            entry.Committed.SetException(new InvalidOperationException("The worker has stopped: nothing is committed any more."));
        }

        return entry.Committed.Task;
    }

    /// <summary>Commits what is there, and gives up after <see cref="DrainTimeout"/>.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete();
        _drainEnds.CancelAfter(DrainTimeout);
        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        _drainEnds.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<Entry> group = [];
        while (await _entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await GatherAsync(group);
            await CommitAsync(group);
            group.Clear();
        }
    }

    private async Task GatherAsync(List<Entry> group)
    {
        using CancellationTokenSource late = new(TimeSpan.FromMilliseconds(options.Value.CommitDelayMilliseconds), time);
        try
        {
            while (group.Count < options.Value.CommitGroup && await _entries.Reader.WaitToReadAsync(late.Token))
            {
                while (group.Count < options.Value.CommitGroup && _entries.Reader.TryRead(out Entry? entry))
                {
                    group.Add(entry);
                }

                if (group.Count >= held.Count)
                {
                    // Nobody else is to come.
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The group has waited long enough.
        }
    }

    private async Task CommitAsync(List<Entry> group)
    {
        try
        {
            await CommitGroupAsync(group);
        }
        catch (PostgresException e) when (!e.IsTransient && group.Count > 1)
        {
            // One of them cannot be stored. The others can.
            foreach (Entry entry in group)
            {
                await CommitAsync([entry]);
            }
        }
        catch (PostgresException e) when (!e.IsTransient && !group[0].IsReplaced)
        {
            Entry entry = group[0];
            LogMessages.ResultNotStorable(logger, entry.Attempt.Job.Id, e);
            string body = RequestErrorException.Server("The result could not be stored.").ToBody();
            await CommitAsync([entry with { IsReplaced = true, Attempt = entry.Attempt with { Outcome = AttemptOutcome.Failed, StatusCode = 500, Body = body } }]);
        }
        catch (Exception e)
        {
            // A worker that cannot commit has no use for its jobs, and must not sit on them.
            LogMessages.CommitFailed(logger, group.Count, e);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
            foreach (Entry entry in group)
            {
                entry.Committed.TrySetException(new CommitFailedException("A result could not be committed.", e));
            }
        }
    }

    private async Task CommitGroupAsync(List<Entry> group)
    {
        FinishedAttempt[] attempts = [.. group.Select(entry => entry.Attempt)];
        IReadOnlySet<(long, short)> kept = await retry.ExecuteAsync(
            async token => await committer.CommitAsync(attempts, token), _drainEnds.Token);
        foreach (Entry entry in group)
        {
            bool ours = kept.Contains((entry.Attempt.Job.Id, entry.Attempt.Job.Attempt));
            metrics.Committed(entry.Attempt, ours);
            held.Remove(entry.Attempt.Job.Id, entry.Attempt.Job.Attempt);
            entry.Committed.TrySetResult(ours);
        }

        if (kept.Count < group.Count)
        {
            LogMessages.ResultsFenced(logger, group.Count - kept.Count);
        }
    }

    private sealed record Entry(FinishedAttempt Attempt, TaskCompletionSource<bool> Committed)
    {
        /// <summary>Whether it is the error that stands for a result that could not be stored.</summary>
        public bool IsReplaced { get; init; }
    }
}
