using Npgsql;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>Makes a process wait in the middle of what it does, so that it can be killed there.</summary>
internal static class Locks
{
    /// <summary>Runs a statement and keeps its locks until the connection is disposed.</summary>
    public static async Task<NpgsqlConnection> HoldAsync(this RunningStack stack, string sql, params object[] parameters)
    {
        NpgsqlConnection connection = await stack.DataSource.OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Waits until one statement like <paramref name="query"/> waits for a lock.</summary>
    public static Task WaitsForLockAsync(this RunningStack stack, string query) => Eventually.HoldsAsync(
        async () => await stack.NumberAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1", query) == 1,
        TimeSpan.FromSeconds(60),
        $"somebody waits in {query}");
}
