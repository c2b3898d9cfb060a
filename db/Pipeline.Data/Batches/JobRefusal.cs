using Npgsql;
using Pipeline.Data.Ids;
using Pipeline.Data.Results;
using Pipeline.Data.States;

namespace Pipeline.Data.Batches;

/// <summary>A queued job that is answered with status 400 before any worker sees it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Body">OpenAI's error as JSON.</param>
public readonly record struct JobRefusal(long JobId, string Body)
{
    private const string Sql =
        """
        WITH input AS (
            SELECT * FROM unnest($1, $2, $3) AS t(job_id, request_id, body)),
        refused AS (
            UPDATE jobs j SET state = $4, finished_at = now() FROM input i WHERE j.id = i.job_id AND j.state = $5
            RETURNING j.id, j.batch_id, j.slice_id),
        answered AS (
            INSERT INTO job_results (job_id, status_code, request_id, body, created_at)
            SELECT i.job_id, 400, i.request_id, i.body, now() FROM input i JOIN refused r ON r.id = i.job_id)
        SELECT id, batch_id, slice_id FROM refused
        """;

    /// <summary>
    /// Fails the jobs with their answers and counts them, in the caller's transaction: a batch in progress of which no job is
    /// left starts finalizing. No attempt was made, so that the ledger has nothing of it.
    /// </summary>
    public static async Task CommitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<JobRefusal> refusals, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refusals);
        List<SettledJob> jobs = [];
        await using (NpgsqlCommand command = new(Sql, connection, transaction)
        {
            Parameters =
            {
                new() { Value = refusals.Select(refusal => refusal.JobId).ToArray() },
                new() { Value = refusals.Select(_ => PublicIds.Request()).ToArray() },
                new() { Value = refusals.Select(refusal => refusal.Body).ToArray() },
                new() { Value = (short)JobState.Failed },
                new() { Value = (short)JobState.Queued },
            },
        })
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                jobs.Add(new(
                    reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt64(2), JobState.Failed, default));
            }
        }

        await Settlement.SettleAsync(connection, transaction, jobs, returnSlices: false, cancellationToken);
    }
}
