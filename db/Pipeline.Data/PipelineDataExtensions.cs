using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pipeline.Data;

/// <summary>Registers the database.</summary>
public static class PipelineDataExtensions
{
    /// <summary>Name of the connection string: <c>ConnectionStrings:Pipeline</c>.</summary>
    public const string ConnectionStringName = "Pipeline";

    private const string ByIndex = "SET enable_seqscan = off";

    /// <summary>
    /// Adds one <see cref="NpgsqlDataSource"/> and a pooled factory of <see cref="PipelineDbContext"/>, both singletons
    /// and safe for concurrent use, and the context itself, scoped.
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection string is not configured.</exception>
    public static IServiceCollection AddPipelineData(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string connectionString = configuration.GetConnectionString(ConnectionStringName) is { Length: > 0 } text
            ? text
            : throw new InvalidOperationException($"ConnectionStrings:{ConnectionStringName} is not configured: it names the PostgreSQL database.");
        return services.AddPipelineData(connectionString);
    }

    /// <summary>As <see cref="AddPipelineData(IServiceCollection, IConfiguration)"/>, from a connection string.</summary>
    public static IServiceCollection AddPipelineData(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => Create(connectionString));
        services.AddPooledDbContextFactory<PipelineDbContext>((provider, options) => Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<PipelineDbContext>>().CreateDbContext());
        return services;
    }

    /// <summary>
    /// No statement of ours has to read a large table from end to end. But a plan that was made while a table was small, and is kept
    /// with its prepared statement, would go on doing that until statistics are gathered: tens of thousands of jobs later.
    /// </summary>
    private static NpgsqlDataSource Create(string connectionString) => new NpgsqlDataSourceBuilder(Prepared(connectionString))
        .UsePhysicalConnectionInitializer(
            connection =>
            {
                using NpgsqlCommand command = new(ByIndex, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using NpgsqlCommand command = new(ByIndex, connection);
                await command.ExecuteNonQueryAsync();
            })
        .Build();

    /// <summary>
    /// Statements that come again and again are prepared, as the driver counts them: planning a claim or a commit anew each time
    /// cost as much as carrying it out. A connection string that says otherwise, for the sake of a pooler, has its way. Sessions
    /// carry nothing from one user of a connection to the next, so that there is nothing to reset in between.
    /// </summary>
    private static string Prepared(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        // ContainsKey knows every keyword there is, set or not.
        if (!builder.ShouldSerialize("Max Auto Prepare"))
        {
            builder.MaxAutoPrepare = 64;
        }

        builder.NoResetOnClose = true;
        return builder.ConnectionString;
    }

    /// <summary>Sets the provider and the naming convention: the same everywhere, migrations included.</summary>
    public static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.UseNpgsql(dataSource).UseSnakeCaseNamingConvention();
    }
}
