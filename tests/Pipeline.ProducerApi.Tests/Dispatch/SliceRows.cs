using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Tests.Dispatch;

/// <summary>Puts slices into the database and looks at them.</summary>
internal sealed class SliceRows(NpgsqlDataSource dataSource, string model)
{
    public static Guid TenantA { get; } = Guid.Parse("0aaaaaaa-0000-0000-0000-000000000000");

    public static Guid TenantB { get; } = Guid.Parse("0bbbbbbb-0000-0000-0000-000000000000");

    public static Guid TenantC { get; } = Guid.Parse("0ccccccc-0000-0000-0000-000000000000");

    /// <summary>Adds a pending slice with its queued jobs; its tenant too, the first time.</summary>
    public async Task<long> AddAsync(Guid tenant, int priority = 0, int? deadlineHours = 24, int jobs = 1, int weight = 1)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            WITH tenant AS (
                INSERT INTO tenants (id, name, created_at, weight) VALUES ($1, $1::text, now(), $6) ON CONFLICT (id) DO UPDATE SET weight = $6),
            slice AS (
                INSERT INTO slices (tenant_id, model, state, job_count, priority, deadline, exclusive, created_at, send_attempts)
                VALUES ($1, $2, 0, $5, $3, now() + make_interval(hours => $4), false, now(), 0) RETURNING id),
            job AS (
                INSERT INTO jobs (id, tenant_id, line, model, slice_id, state, attempts, priority, created_at)
                SELECT slice.id * 1000 + n, $1, n, $2, slice.id, 0, 0, $3, now() FROM slice, generate_series(1, $5) AS n)
            SELECT id FROM slice
            """);
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = (short)priority });
        command.Parameters.Add(new() { Value = (object?)deadlineHours ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = jobs });
        command.Parameters.Add(new() { Value = weight });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<List<long>> AddAsync(int count, Guid tenant, int jobs = 1, int weight = 1)
    {
        List<long> ids = [];
        for (int i = 0; i < count; i++)
        {
            ids.Add(await AddAsync(tenant, jobs: jobs, weight: weight));
        }

        return ids;
    }

    /// <summary>Adds a worker that runs so many jobs at a time.</summary>
    public async Task AddWorkerAsync(int maxRunning)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            INSERT INTO workers (id, host, process_id, model, device, max_running, started_at, heartbeat_at, busy_seconds)
            VALUES (gen_random_uuid()::text, 'test', 1, $1, 'none', $2, now(), now(), 0)
            """);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = maxRunning });
        await command.ExecuteNonQueryAsync();
    }

    public async Task<SliceState> StateAsync(long id)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand("SELECT state FROM slices WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        return (SliceState)(short)(await command.ExecuteScalarAsync())!;
    }

    public async Task<int> CountAsync(SliceState state)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand("SELECT count(*)::int FROM slices WHERE model = $1 AND state = $2");
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = (short)state });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Ends slices with all their jobs.</summary>
    public async Task FinishAsync(params long[] ids)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            WITH ended AS (UPDATE jobs SET state = 2, finished_at = now() WHERE slice_id = ANY($1))
            UPDATE slices SET state = 3, done_at = now() WHERE id = ANY($1)
            """);
        command.Parameters.Add(new() { Value = ids });
        await command.ExecuteNonQueryAsync();
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(sql);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        await command.ExecuteNonQueryAsync();
    }
}
