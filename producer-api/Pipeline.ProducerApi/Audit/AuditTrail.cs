using System.Threading.Channels;
using Npgsql;
using Pipeline.Data.Audit;
using Pipeline.Data.Entities;

namespace Pipeline.ProducerApi.Audit;

/// <summary>
/// Writes entries of the audit trail behind the requests, many in one statement, so that none waits for it. On a clean stop all are
/// written; while the database is away they wait, and when too many do, so do the requests. Thread-safe.
/// </summary>
internal sealed class AuditTrail(NpgsqlDataSource dataSource, TimeProvider time, ILogger<AuditTrail> logger) : BackgroundService
{
    private const int MostWaiting = 10_000;
    private const int MostAtOnce = 500;

    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);

    private readonly Channel<AuditEntry> _entries = Channel.CreateBounded<AuditEntry>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly List<AuditEntry> _group = [];

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Takes an entry over; waits only where <see cref="MostWaiting"/> wait already.</summary>
    public ValueTask AddAsync(AuditEntry entry) => _entries.Writer.WriteAsync(entry);

    /// <summary>Called when no request runs any more: what is still there is written before the process ends.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_group.Count + _entries.Reader.Count is > 0 and int lost)
        {
            LogMessages.AuditEntriesLost(logger, lost, null);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _entries.Reader.WaitToReadAsync(stoppingToken))
        {
            while (_group.Count < MostAtOnce && _entries.Reader.TryRead(out AuditEntry? entry))
            {
                _group.Add(entry);
            }

            await WriteAsync(_group, stoppingToken);
            _group.Clear();
        }
    }

    private async Task WriteAsync(List<AuditEntry> group, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(stoppingToken);
                await AuditWriter.WriteAsync(connection, group, stoppingToken);
                return;
            }
            catch (NpgsqlException e) when (!e.IsTransient && group.Count > 1)
            {
                // One of them cannot be stored: the others are not to wait for it.
                foreach (AuditEntry entry in group)
                {
                    await WriteAsync([entry], stoppingToken);
                }

                return;
            }
            catch (NpgsqlException e) when (!e.IsTransient)
            {
                LogMessages.AuditEntriesLost(logger, group.Count, e);
                return;
            }
            catch (NpgsqlException e)
            {
                LogMessages.ServiceBrokeOff(logger, nameof(AuditTrail), PauseAfterError.TotalSeconds, e);
                await Task.Delay(PauseAfterError, time, stoppingToken);
            }
        }
    }
}
