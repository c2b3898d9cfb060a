using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Batches;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;

namespace Pipeline.Data.Erasure;

/// <summary>
/// Deletes what tenants have asked to be deleted. First what is open is cancelled, and its end awaited as that of any batch; then
/// tables are emptied of the tenant's rows, in small transactions; and again, until nothing is found and no transaction is left that
/// could add more. Whoever takes it up anew goes on where it stands. Safe to run twice at once.
/// </summary>
public static class TenantErasing
{
    private const int RowsPerTransaction = 2000;

    // A file of 200 MB has hundreds of chunks that go with it.
    private const int FilesPerTransaction = 10;

    // Requests that were let in before every process heard of it.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private const string BarrierSql =
        """
        UPDATE tenant_erasures SET deleting_at = coalesce(deleting_at, now()), barrier = coalesce(barrier, pg_current_xact_id()::text::bigint) WHERE id = $1
        """;

    private const string CountSql =
        """
        UPDATE tenant_erasures SET deleted = jsonb_set(deleted, ARRAY[$2], to_jsonb(coalesce((deleted ->> $2)::bigint, 0) + $3)) WHERE id = $1
        """;

    private static readonly string FinishSql =
        $"""
        WITH finished AS (
            UPDATE tenant_erasures SET finished_at = now()
            WHERE id = $1 AND finished_at IS NULL AND pg_snapshot_xmin(pg_current_snapshot())::text::bigint > barrier RETURNING tenant_id),
        opened AS (UPDATE tenants t SET erasing_at = NULL FROM finished f WHERE t.id = f.tenant_id)
        SELECT pg_notify('{NotificationChannels.Keys}', '') FROM finished
        """;

    /// <summary>Does what can be done now for each request that is not finished.</summary>
    /// <returns>How many were finished.</returns>
    public static async Task<int> RunAsync(
        IDbContextFactory<PipelineDbContext> contexts, NpgsqlDataSource dataSource, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentNullException.ThrowIfNull(dataSource);
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        IReadOnlyList<string> tables = ErasedTables.Of(context.Model);
        int finished = 0;
        foreach (TenantErasure erasure in await context.TenantErasures.AsNoTracking()
            .Where(e => e.FinishedAt == null && e.RequestedAt <= now - Quiet).OrderBy(e => e.RequestedAt).ToListAsync(cancellationToken))
        {
            finished += await RunAsync(dataSource, erasure, tables, cancellationToken) ? 1 : 0;
        }

        return finished;
    }

    private static async Task<bool> RunAsync(NpgsqlDataSource dataSource, TenantErasure erasure, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        // What would make new work goes first.
        await EraseAsync(dataSource, erasure, "schedules", cancellationToken);
        await BatchCancelling.CancelAllAsync(dataSource, erasure.TenantId, cancellationToken);
        await OpenJobsEnding.CancelSinglesAsync(dataSource, erasure.TenantId, cancellationToken);
        if (await HasOpenWorkAsync(dataSource, erasure.TenantId, cancellationToken))
        {
            return false;
        }

        await ExecuteAsync(dataSource, BarrierSql, [erasure.Id], cancellationToken);
        long rows = 0;
        foreach (string table in tables)
        {
            rows += await EraseAsync(dataSource, erasure, table, cancellationToken);
        }

        if (rows > 0)
        {
            // Once more, to find nothing.
            return false;
        }

        await using NpgsqlCommand finish = Command(dataSource, FinishSql, [erasure.Id]);
        return await finish.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task<bool> HasOpenWorkAsync(NpgsqlDataSource dataSource, Guid tenantId, CancellationToken cancellationToken)
    {
        string[] final = [.. Enum.GetValues<BatchStatus>().Where(status => status.IsFinal()).Select(status => status.ToName())];
        await using NpgsqlCommand command = Command(
            dataSource, "SELECT EXISTS (SELECT 1 FROM batches WHERE tenant_id = $1 AND NOT status = ANY($2))", [tenantId, final]);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Deletes the tenant's rows of one table; the table is read once, however many there are.</summary>
    private static async Task<long> EraseAsync(NpgsqlDataSource dataSource, TenantErasure erasure, string table, CancellationToken cancellationToken)
    {
        string sql = DeleteSql(table);
        long all = 0;
        await foreach (string[] rows in PlacesAsync(dataSource, erasure.TenantId, table, cancellationToken))
        {
            await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using NpgsqlCommand delete = new(sql, connection, transaction)
            {
                Parameters = { new() { Value = rows }, new() { Value = erasure.TenantId } },
            };
            long deleted = (long)(await delete.ExecuteScalarAsync(cancellationToken))!;
            await using NpgsqlCommand count = new(CountSql, connection, transaction)
            {
                Parameters = { new() { Value = erasure.Id }, new() { Value = table }, new() { Value = deleted } },
            };
            await count.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            all += deleted;
        }

        return all;
    }

    /// <summary>Where the tenant's rows are. One that moves meanwhile is found the next time.</summary>
    private static async IAsyncEnumerable<string[]> PlacesAsync(
        NpgsqlDataSource dataSource, Guid tenantId, string table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(dataSource, $"SELECT ctid::text FROM {table} WHERE tenant_id = $1", [tenantId]);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        int most = table == "files" ? FilesPerTransaction : RowsPerTransaction;
        List<string> places = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            places.Add(reader.GetString(0));
            if (places.Count == most)
            {
                yield return [.. places];
                places.Clear();
            }
        }

        if (places.Count > 0)
        {
            yield return [.. places];
        }
    }

    private static string DeleteSql(string table)
    {
        (string Table, string Column)[] followers = ErasedTables.Followers.GetValueOrDefault(table) ?? [];
        string more = string.Concat(followers.Select((follower, i) => $", f{i} AS (DELETE FROM {follower.Table} USING gone WHERE {follower.Column} = gone.id)"));
        string id = followers.Length > 0 ? "id" : "1";
        return $"WITH gone AS (DELETE FROM {table} WHERE ctid = ANY($1::tid[]) AND tenant_id = $2 RETURNING {id}){more} SELECT count(*) FROM gone";
    }

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(dataSource, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlDataSource dataSource, string sql, object[] parameters)
    {
        NpgsqlCommand command = dataSource.CreateCommand(sql);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return command;
    }
}
