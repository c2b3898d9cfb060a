using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Tests.Dispatch;

/// <summary>Puts slices into the database and looks at them.</summary>
internal sealed class SliceRows(NpgsqlDataSource dataSource, string model)
{
    public static Guid TenantA { get; } = Guid.Parse("0aaaaaaa-0000-0000-0000-000000000000");

    public static Guid TenantB { get; } = Guid.Parse("0bbbbbbb-0000-0000-0000-000000000000");

    public async Task<long> AddAsync(Guid tenant, int priority = 0, int? deadlineHours = 24)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            INSERT INTO slices (tenant_id, model, state, job_count, priority, deadline, exclusive, created_at, send_attempts)
            VALUES ($1, $2, 0, 1, $3, now() + make_interval(hours => $4), false, now(), 0) RETURNING id
            """);
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = (short)priority });
        command.Parameters.Add(new() { Value = (object?)deadlineHours ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<List<long>> AddAsync(int count, Guid tenant)
    {
        List<long> ids = [];
        for (int i = 0; i < count; i++)
        {
            ids.Add(await AddAsync(tenant));
        }

        return ids;
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

    public async Task FinishAsync(params long[] ids)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand("UPDATE slices SET state = 3, done_at = now() WHERE id = ANY($1)");
        command.Parameters.Add(new() { Value = ids });
        await command.ExecuteNonQueryAsync();
    }
}
