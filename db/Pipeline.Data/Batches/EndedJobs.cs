using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.Data.Batches;

/// <summary>Reads the results of a batch while it runs, in the order in which its jobs end, from any place on.</summary>
public static class EndedJobs
{
    /// <summary>Bytes of results and inputs after which a page is over, whatever its limit: memory stays flat.</summary>
    private const int EnoughBytes = 1 << 20;

    // Places first, on narrow rows; bodies for those alone. The group that $2 falls into is where the index is entered.
    private const string PageSql =
        """
        WITH page AS MATERIALIZED (
            SELECT e.first + j.n::int AS place, j.id
            FROM endings e CROSS JOIN LATERAL unnest(e.job_ids) WITH ORDINALITY AS j(id, n)
            WHERE e.batch_id = $1 AND e.first + j.n > $2
              AND e.first >= coalesce((SELECT max(first) FROM endings WHERE batch_id = $1 AND first <= $2), 0)
            ORDER BY e.first, j.n LIMIT $3)
        SELECT p.place, j.id, j.state, b.custom_id, r.status_code, r.request_id, r.body, r.error_code, r.error_message,
            CASE WHEN $4 THEN b.url END, CASE WHEN $4 THEN b.body END
        FROM page p LEFT JOIN jobs j ON j.id = p.id LEFT JOIN job_bodies b ON b.job_id = j.id LEFT JOIN job_results r ON r.job_id = j.id
        ORDER BY p.place
        """;

    /// <summary>Reads a page.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="batchId">The batch.</param>
    /// <param name="after">The last place that was seen; 0 for the beginning.</param>
    /// <param name="limit">Jobs on the page at most.</param>
    /// <param name="withInput">Whether to read what the jobs asked, too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks>A job that is being retried has no place, and gets a new one when it ends again.</remarks>
    public static async Task<EndedJobsPage> PageAsync(
        NpgsqlDataSource dataSource, string batchId, int after, int limit, bool withInput, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(PageSql);
        command.Parameters.Add(new() { Value = batchId });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = limit + 1L });
        command.Parameters.Add(new() { Value = withInput });
        List<EndedJob> jobs = [];
        int last = after;
        int places = 0;
        long bytes = 0;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (places++ == limit || bytes >= EnoughBytes)
            {
                return new EndedJobsPage(jobs, last, HasMore: true);
            }

            last = reader.GetInt32(0);
            // Retried since, or deleted.
            if (!reader.IsDBNull(1) && ((JobState)reader.GetInt16(2)).IsFinal())
            {
                EndedJob job = Read(reader, last);
                bytes += (job.Result.Body?.Length ?? 0) + (job.Input?.Length ?? 0);
                jobs.Add(job);
            }
        }

        return new EndedJobsPage(jobs, last, HasMore: false);
    }

    private static EndedJob Read(NpgsqlDataReader reader, int place) => new(
        place,
        ResultRows.Read(reader, 1),
        reader.IsDBNull(9) ? null : reader.GetString(9),
        reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10));
}
