using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Testing;

namespace Pipeline.Data.Tests;

public sealed class ConnectionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Statements_that_come_again_are_prepared()
    {
        await using NpgsqlDataSource dataSource = Add(database.Require().ConnectionString);
        Assert.Contains("SELECT $1 + 1", await PreparedAsync(dataSource));
    }

    [Fact]
    public async Task A_connection_string_that_forbids_to_prepare_has_its_way()
    {
        await using NpgsqlDataSource dataSource = Add(database.Require().ConnectionString + ";Max Auto Prepare=0");
        Assert.Empty(await PreparedAsync(dataSource));
    }

    [Fact]
    public async Task No_plan_reads_all_jobs_however_few_there_were_when_it_was_made()
    {
        await using NpgsqlDataSource dataSource = Add(database.Require().ConnectionString);
        await using NpgsqlCommand explain = dataSource.CreateCommand("EXPLAIN (FORMAT JSON) SELECT 1 FROM jobs WHERE id = ANY('{1,2,3,4,5,6,7,8,9,10}') ORDER BY id FOR NO KEY UPDATE");
        string plan = (string)(await explain.ExecuteScalarAsync())!;
        Assert.Contains("pk_jobs", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_has_listened_is_handed_on_without_its_channel()
    {
        await using NpgsqlDataSource dataSource = Add(database.Require().ConnectionString + ";Maximum Pool Size=1");
        await using (NotificationListener listener = new(dataSource, NotificationChannels.Batches, TimeProvider.System, NullLogger.Instance))
        {
            await listener.WaitAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        }

        await using NpgsqlCommand channels = dataSource.CreateCommand("SELECT count(*) FROM pg_listening_channels()");
        Assert.Equal(0L, await channels.ExecuteScalarAsync());
    }

    private static NpgsqlDataSource Add(string connectionString) =>
        new ServiceCollection().AddPipelineData(connectionString).BuildServiceProvider().GetRequiredService<NpgsqlDataSource>();

    private static async Task<List<string>> PreparedAsync(NpgsqlDataSource dataSource)
    {
        // More often than the driver waits for, each time with a connection from the pool.
        for (int i = 0; i < 10; i++)
        {
            await using NpgsqlCommand command = dataSource.CreateCommand("SELECT $1 + 1");
            command.Parameters.Add(new() { Value = i });
            await command.ExecuteScalarAsync();
        }

        List<string> statements = [];
        await using NpgsqlCommand prepared = dataSource.CreateCommand("SELECT statement FROM pg_prepared_statements");
        await using NpgsqlDataReader reader = await prepared.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            statements.Add(reader.GetString(0));
        }

        return statements;
    }
}
