using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Nito.AsyncEx;
using Npgsql;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Telemetry;
using Polly;

namespace Pipeline.GpuWorker.Leases;

/// <summary>
/// Keeps the worker's lease alive by heartbeats. Whether a lease has ended is for the database to say: a heartbeat that
/// finds it ended begins another one, under a new id, and what was held under the old one is let go of. So a worker that
/// was cut off or frozen past its lease comes back as somebody else; and one whose database was away for everybody goes on.
/// </summary>
internal sealed class LeaseKeeper(
    WorkerRows rows, IBackend backend, IOptions<WorkerOptions> options, ResiliencePipeline retry, TimeProvider time, ILogger<LeaseKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan LastWordsTimeout = TimeSpan.FromSeconds(3);

    private readonly AsyncLock _beating = new();
    private volatile Lease? _current;

    /// <summary>The lease under which claims are made now.</summary>
    public Lease Current => _current ?? throw new InvalidOperationException("The worker has not registered itself yet.");

    /// <summary>Registers the worker before anything that claims is started.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Says goodbye; called after everything that claims and commits has stopped.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_current is { } lease)
        {
            using CancellationTokenSource timeout = new(LastWordsTimeout, time);
            try
            {
                await retry.ExecuteAsync(async token => await rows.StopAsync(lease, token), timeout.Token);
                LogMessages.WorkerStopped(logger, lease.Id);
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
            {
                LogMessages.GoodbyeFailed(logger, lease.Id, e);
            }
        }
    }

    /// <summary>Renews the lease now. If it has ended, another one begins.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        using IDisposable beating = await _beating.LockAsync(cancellationToken);
        Lease lease = Current;
        if (!await rows.BeatAsync(lease, cancellationToken))
        {
            LogMessages.LeaseEnded(logger, lease.Id);
            await BeginAsync(cancellationToken);
            lease.End();
        }
    }

    public override void Dispose()
    {
        _current?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(options.Value.HeartbeatSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await BeatAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogMessages.HeartbeatFailed(logger, Current.Id, e);
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        // Unique per begin: the host and process for people, the random part since process ids come back.
        string id = $"{Environment.MachineName}-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        Lease lease = new(id, backend.BusySeconds);
        await retry.ExecuteAsync(async token => await rows.AddAsync(id, token), cancellationToken);
        _current = lease;
        LogMessages.WorkerRegistered(logger, id, options.Value.ModelName, backend.Device);
    }
}
