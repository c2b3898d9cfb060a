using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.GpuWorker.Backends;

namespace Pipeline.GpuWorker.Leases;

/// <summary>This process's rows in <c>workers</c>. Times are the database's own.</summary>
internal sealed class WorkerRows(NpgsqlDataSource dataSource, IOptions<WorkerOptions> options, IBackend backend)
{
    public async Task AddAsync(string workerId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            INSERT INTO workers (id, host, process_id, model, device, max_running, started_at, heartbeat_at, busy_seconds)
            VALUES ($1, $2, $3, $4, $5, $6, now(), now(), 0) ON CONFLICT (id) DO NOTHING
            """);
        command.Parameters.Add(new() { Value = workerId });
        command.Parameters.Add(new() { Value = Environment.MachineName });
        command.Parameters.Add(new() { Value = Environment.ProcessId });
        command.Parameters.Add(new() { Value = options.Value.ModelName });
        command.Parameters.Add(new() { Value = backend.Device });
        command.Parameters.Add(new() { Value = backend.MaxRunning });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Renews the lease.</summary>
    /// <returns>Whether it is still there to be renewed.</returns>
    public async Task<bool> BeatAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            "UPDATE workers SET heartbeat_at = now(), busy_seconds = $2 WHERE id = $1 AND stopped_at IS NULL");
        command.Parameters.Add(new() { Value = lease.Id });
        command.Parameters.Add(new() { Value = backend.BusySeconds - lease.BusyBefore });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Says that the worker has left. What it still holds is taken back at once.</summary>
    public async Task StopAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            "UPDATE workers SET heartbeat_at = now(), stopped_at = COALESCE(stopped_at, now()), busy_seconds = $2 WHERE id = $1");
        command.Parameters.Add(new() { Value = lease.Id });
        command.Parameters.Add(new() { Value = backend.BusySeconds - lease.BusyBefore });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
