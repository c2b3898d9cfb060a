using Npgsql;
using Pipeline.Data.Ids;
using Pipeline.Testing;

namespace Pipeline.Data.Tests;

public sealed class JobIdsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Blocks_reserved_at_the_same_time_do_not_overlap()
    {
        database.Require();
        long[] firsts = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            await using NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync();
            return await JobIds.ReserveBlockAsync(connection, CancellationToken.None);
        }));

        long[] sorted = [.. firsts.Order()];
        Assert.All(sorted.Zip(sorted.Skip(1)), pair => Assert.True(pair.Second - pair.First >= JobIds.BlockSize));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(123_456_789_012)]
    [InlineData(long.MaxValue)]
    public void A_public_id_reads_back(long id)
    {
        Assert.True(JobIds.TryParse(JobIds.ToPublic(id), out long read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("job_")]
    [InlineData("job_000000000000000g")]
    [InlineData("job_0000000000000000")]
    [InlineData("job_ffffffffffffffff")]
    [InlineData("bat_0000000000000001")]
    public void What_is_no_job_id_is_refused(string? text) => Assert.False(JobIds.TryParse(text, out _));
}
