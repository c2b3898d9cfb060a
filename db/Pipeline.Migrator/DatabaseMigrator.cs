using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Data;

namespace Pipeline.Migrator;

/// <summary>Brings the database to this version's schema. Many may start at once: an advisory lock lets one through at a time.</summary>
/// <param name="dataSource">For the lock, which lives as long as its connection.</param>
/// <param name="contexts">For the migrations.</param>
/// <param name="time">Times the wait for a database that is still starting.</param>
/// <param name="logger">Told what was applied.</param>
public sealed class DatabaseMigrator(
    NpgsqlDataSource dataSource, IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, ILogger<DatabaseMigrator> logger)
{
    private const long LockKey = 0x70697065; // "pipe"

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Creates the database if it is absent and applies what is missing. Doing it twice does nothing.</summary>
    /// <exception cref="NpgsqlException">The server did not answer within a minute, or a migration failed.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await ConnectAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock", cancellationToken);
        try
        {
            await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
            List<string> pending = [.. await context.Database.GetPendingMigrationsAsync(cancellationToken)];
            if (pending.Count > 0)
            {
                await context.Database.MigrateAsync(cancellationToken);
                LogMessages.Migrated(logger, pending.Count, pending[^1]);
            }
        }
        finally
        {
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock", CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string function, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new($"{function}({LockKey})", connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await dataSource.OpenConnectionAsync(cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                await CreateDatabaseAsync(cancellationToken);
            }
            catch (NpgsqlException exception) when (exception.IsTransient && time.GetElapsedTime(started) < Patience)
            {
                LogMessages.Waiting(logger, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder server = new(dataSource.ConnectionString);
        string database = server.Database!;
        server.Database = "postgres";
        server.Pooling = false;
        // The data source hides the password once it has been used; ask it for the settings of a fresh connection.
        await using NpgsqlConnection template = dataSource.CreateConnection();
        await using NpgsqlConnection connection = template.CloneWith(server.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new($"CREATE DATABASE \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another migrator was faster.
        }
    }
}
