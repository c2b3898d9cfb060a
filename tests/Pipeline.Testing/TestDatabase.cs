using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Xunit;

namespace Pipeline.Testing;

/// <summary>
/// A database of its own, with this version's schema and nothing in it: a class fixture. The schema is migrated once per
/// process into a template and copied from there, which takes a tenth of a second.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    private static readonly SemaphoreSlim TemplateLock = new(1, 1);
    private static string? s_template;

    /// <summary>Connection string of the database.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Connections to it.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>A context on it; the caller disposes it.</summary>
    public PipelineDbContext CreateContext()
    {
        DbContextOptionsBuilder<PipelineDbContext> options = new();
        PipelineDataExtensions.Configure(options, DataSource);
        return new PipelineDbContext(options.Options);
    }

    /// <summary>Makes contexts on it, for what makes its own.</summary>
    public IDbContextFactory<PipelineDbContext> Contexts => new Factory(this);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PIPELINE_PG")))
        {
            // A fixture cannot skip the tests of its class; they skip themselves by asking for Require().
            return;
        }

        string template = await TemplateAsync();
        string name = "test_" + Guid.NewGuid().ToString("N");
        await ExecuteOnServerAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        ConnectionString = On(name);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>Skips the calling test when there is no PostgreSQL server.</summary>
    /// <returns>This, for chaining.</returns>
    public TestDatabase Require()
    {
        _ = TestServers.PostgreSql;
        return this;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (DataSource is not null)
        {
            string name = new NpgsqlConnectionStringBuilder(ConnectionString).Database!;
            await DataSource.DisposeAsync();
            await ExecuteOnServerAsync($"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static string On(string database) =>
        new NpgsqlConnectionStringBuilder(TestServers.PostgreSql) { Database = database, MaxPoolSize = 30 }.ConnectionString;

    private static async Task<string> TemplateAsync()
    {
        await TemplateLock.WaitAsync();
        try
        {
            if (s_template is null)
            {
                string name = "template_" + Guid.NewGuid().ToString("N");
                await ExecuteOnServerAsync($"CREATE DATABASE {name}");
                // No pool: a database with a connection open cannot be copied.
                string unpooled = new NpgsqlConnectionStringBuilder(On(name)) { Pooling = false }.ConnectionString;
                await using NpgsqlDataSource dataSource = NpgsqlDataSource.Create(unpooled);
                DbContextOptionsBuilder<PipelineDbContext> options = new();
                PipelineDataExtensions.Configure(options, dataSource);
                await using PipelineDbContext context = new(options.Options);
                await context.Database.MigrateAsync();
                s_template = name;
            }

            return s_template;
        }
        finally
        {
            TemplateLock.Release();
        }
    }

    private static async Task ExecuteOnServerAsync(string sql)
    {
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(TestServers.PostgreSql) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Factory(TestDatabase database) : IDbContextFactory<PipelineDbContext>
    {
        public PipelineDbContext CreateDbContext() => database.CreateContext();
    }
}
