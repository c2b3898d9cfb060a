using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;

namespace Pipeline.Data.Claims;

/// <summary>Statements that move slices on according to their jobs. They lock in the order of ids, after jobs and before batches.</summary>
internal static class SliceStates
{
    /// <summary>Closes those of <paramref name="slices"/> of which no job is open, and tells the dispatcher that their places are free.</summary>
    public static void AddClose(NpgsqlBatch batch, long[] slices)
    {
        AddLock(batch, slices);
        batch.BatchCommands.Add(new(
            $"""
            WITH closed AS (
                UPDATE slices s SET state = $2, done_at = now()
                WHERE s.id = ANY($1) AND s.state = ANY($3)
                  AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = s.id AND j.state = ANY($4))
                RETURNING s.id, s.model),
            unclaimed AS (
                DELETE FROM slice_claims c USING closed WHERE c.slice_id = closed.id)
            SELECT pg_notify('{NotificationChannels.Dispatch}', model) FROM (SELECT DISTINCT model FROM closed) m
            """)
        {
            Parameters =
            {
                new() { Value = slices },
                new() { Value = (short)SliceState.Done },
                new() { Value = Transitions.SourcesOf(SliceState.Done) },
                new() { Value = JobStates.Open },
            },
        });
    }

    /// <summary>
    /// Puts those of <paramref name="slices"/> that have queued jobs back to pending, unless their batch is ending: nobody
    /// begins those any more. Not before a second from now: a worker that hands its slices back while it stops must not be
    /// the one that gets them again.
    /// </summary>
    public static void AddReturn(NpgsqlBatch batch, long[] slices)
    {
        AddLock(batch, slices);
        batch.BatchCommands.Add(new(
            $"""
            WITH returned AS (
                UPDATE slices s SET state = $2, not_before = now() + interval '1 second'
                WHERE s.id = ANY($1) AND s.state = ANY($3)
                  AND EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = s.id AND j.state = $4)
                  AND (s.batch_id IS NULL OR EXISTS (SELECT 1 FROM batches b WHERE b.id = s.batch_id AND b.status = $5))
                RETURNING s.model)
            SELECT pg_notify('{NotificationChannels.Dispatch}', model) FROM (SELECT DISTINCT model FROM returned) m
            """)
        {
            Parameters =
            {
                new() { Value = slices },
                new() { Value = (short)SliceState.Pending },
                new() { Value = Transitions.SourcesOf(SliceState.Pending) },
                new() { Value = (short)JobState.Queued },
                new() { Value = BatchStatus.InProgress.ToName() },
            },
        });
    }

    private static void AddLock(NpgsqlBatch batch, long[] slices) =>
        batch.BatchCommands.Add(new("SELECT 1 FROM slices WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE") { Parameters = { new() { Value = slices } } });
}
