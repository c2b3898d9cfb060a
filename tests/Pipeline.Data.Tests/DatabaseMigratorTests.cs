using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Migrator;
using Pipeline.Testing;

namespace Pipeline.Data.Tests;

public sealed class DatabaseMigratorTests : IAsyncLifetime
{
    private readonly string _name = "migrator_" + Guid.NewGuid().ToString("N");
    private ServiceProvider? _services;

    public ValueTask InitializeAsync()
    {
        string connectionString = new NpgsqlConnectionStringBuilder(TestServers.PostgreSql) { Database = _name }.ConnectionString;
        _services = new ServiceCollection().AddPipelineData(connectionString).BuildServiceProvider();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
            await using NpgsqlConnection server = new(TestServers.PostgreSql);
            await server.OpenAsync();
            await using NpgsqlCommand drop = new($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)", server);
            await drop.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Five_migrators_at_once_make_the_database_and_its_schema_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => CreateMigrator().MigrateAsync(CancellationToken.None))));

        await using PipelineDbContext context = await Contexts.CreateDbContextAsync();
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        Assert.False(context.Database.HasPendingModelChanges(), "the entities have changed since the last migration was made");
        Assert.Empty(await context.Batches.ToListAsync());
    }

    [Fact]
    public async Task The_admin_key_is_stored_hashed_and_once()
    {
        await CreateMigrator().MigrateAsync(CancellationToken.None);
        AdminKeySeeder seeder = new(Contexts, TimeProvider.System, NullLogger<AdminKeySeeder>.Instance);

        await seeder.SeedAsync("sk-a-long-secret", CancellationToken.None);
        await seeder.SeedAsync("sk-a-long-secret", CancellationToken.None);
        await seeder.SeedAsync("sk-another-secret", CancellationToken.None);

        await using PipelineDbContext context = await Contexts.CreateDbContextAsync();
        List<ApiKey> keys = await context.ApiKeys.Include(key => key.Tenant).OrderBy(key => key.CreatedAt).ToListAsync();
        Assert.Equal(2, keys.Count);
        Assert.All(keys, key => Assert.Equal(("default", ApiKeyRole.Operator), (key.Tenant!.Name, key.Role)));
        Assert.Equal(ApiKeyHash.Of("sk-a-long-secret"), keys[0].KeyHash);
        Assert.Single(keys.Select(key => key.TenantId).Distinct());
    }

    private IDbContextFactory<PipelineDbContext> Contexts => _services!.GetRequiredService<IDbContextFactory<PipelineDbContext>>();

    private DatabaseMigrator CreateMigrator() => new(
        _services!.GetRequiredService<NpgsqlDataSource>(), Contexts, TimeProvider.System, NullLogger<DatabaseMigrator>.Instance);
}
