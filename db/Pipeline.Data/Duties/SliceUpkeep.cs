using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;

namespace Pipeline.Data.Duties;

/// <summary>Puts right what became of slices whose sender or message was lost. Safe to run twice at once.</summary>
public static class SliceUpkeep
{
    // States are written out, so that the planner sees that the indexes of open slices will do.
    // A slice that is sent twice is claimed once: to be wrong here costs a message and nothing else.
    private static readonly string ReturnSql =
        $"""
        WITH stuck AS (
            SELECT s.id FROM slices s
            WHERE s.state IN ({string.Join(", ", Transitions.SourcesOf(SliceState.Pending))}) AND (
                (s.state = $1 AND s.sending_at < now() - $2)
                OR (s.state = $3 AND s.sent_at < now() - $4
                    AND EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = s.id AND j.state = $5)
                    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = s.id AND j.state = $6)))
            ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED),
        returned AS (
            UPDATE slices s SET state = $7 FROM stuck WHERE s.id = stuck.id RETURNING s.model),
        told AS (
            SELECT pg_notify('{NotificationChannels.Dispatch}', model) FROM (SELECT DISTINCT model FROM returned) m)
        SELECT (SELECT count(*) FROM returned), (SELECT count(*) FROM told)
        """;

    // Pending slices of a batch in progress are left alone: they have open jobs, and there may be very many of them.
    private static readonly string CloseSql =
        $"""
        WITH over AS (
            SELECT s.id FROM slices s LEFT JOIN batches b ON b.id = s.batch_id
            WHERE (s.state IN ({string.Join(", ", Transitions.SourcesOf(SliceState.Pending))}) OR (s.state = {(short)SliceState.Pending} AND b.status <> $1))
              AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = s.id AND j.state = ANY($2))
            ORDER BY s.id LIMIT 10000 FOR NO KEY UPDATE OF s SKIP LOCKED),
        closed AS (
            UPDATE slices s SET state = $3, done_at = now() FROM over WHERE s.id = over.id RETURNING s.id, s.model),
        unclaimed AS (
            DELETE FROM slice_claims c USING closed WHERE c.slice_id = closed.id),
        told AS (
            SELECT pg_notify('{NotificationChannels.Dispatch}', model) FROM (SELECT DISTINCT model FROM closed) m)
        SELECT (SELECT count(*) FROM closed), (SELECT count(*) FROM told)
        """;

    /// <summary>
    /// Puts slices back to pending that a dispatcher took up longer than <paramref name="sending"/> ago and never marked
    /// sent, and those sent longer than <paramref name="sent"/> ago of which jobs are queued and none is running: their
    /// message was lost or dead-lettered.
    /// </summary>
    /// <returns>How many were put back.</returns>
    public static async Task<long> ReturnUnsentAsync(NpgsqlDataSource dataSource, TimeSpan sending, TimeSpan sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(ReturnSql);
        command.Parameters.Add(new() { Value = (short)SliceState.Sending });
        command.Parameters.Add(new() { Value = sending });
        command.Parameters.Add(new() { Value = (short)SliceState.Sent });
        command.Parameters.Add(new() { Value = sent });
        command.Parameters.Add(new() { Value = (short)JobState.Queued });
        command.Parameters.Add(new() { Value = (short)JobState.Running });
        command.Parameters.Add(new() { Value = (short)SliceState.Pending });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Closes slices none of whose jobs is open, where whoever ended the last of them did not see it.</summary>
    /// <returns>How many were closed.</returns>
    public static async Task<long> CloseFinishedAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(CloseSql);
        command.Parameters.Add(new() { Value = BatchStatus.InProgress.ToName() });
        command.Parameters.Add(new() { Value = JobStates.Open });
        command.Parameters.Add(new() { Value = (short)SliceState.Done });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
