using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;

namespace Pipeline.Data.Batches;

/// <summary>
/// Asks for the end of batches. The status is all that changes: the finalizer takes the waiting jobs out, the workers let go of
/// the running ones, and when none is left the finalizer writes the files.
/// </summary>
public static class BatchCancelling
{
    /// <summary>Cancels one batch of a tenant, if it is in a status that can be cancelled.</summary>
    /// <returns>Whether it was.</returns>
    public static async Task<bool> CancelAsync(NpgsqlDataSource dataSource, Guid tenantId, string batchId, CancellationToken cancellationToken) =>
        await ChangeAsync(dataSource, "id = $4", tenantId, [batchId], cancellationToken) > 0;

    /// <summary>Cancels all of a tenant that can be cancelled.</summary>
    /// <returns>How many.</returns>
    public static Task<int> CancelAllAsync(NpgsqlDataSource dataSource, Guid tenantId, CancellationToken cancellationToken) =>
        ChangeAsync(dataSource, "true", tenantId, [], cancellationToken);

    private static async Task<int> ChangeAsync(
        NpgsqlDataSource dataSource, string condition, Guid tenantId, object[] parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(
            $"""
            WITH changed AS (
                UPDATE batches SET status = $2, cancelling_at = now()
                WHERE tenant_id = $1 AND status = ANY($3) AND {condition} RETURNING id)
            SELECT pg_notify('{NotificationChannels.Batches}', id), pg_notify('{NotificationChannels.Progress}', id) FROM changed
            """);
        foreach (object parameter in (object[])[tenantId, BatchStatus.Cancelling.ToName(), Transitions.SourcesOf(BatchStatus.Cancelling), .. parameters])
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        int changed = 0;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            changed++;
        }

        return changed;
    }
}
