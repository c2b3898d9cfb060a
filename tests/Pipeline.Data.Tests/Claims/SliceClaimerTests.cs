using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Results;
using Pipeline.Testing;

namespace Pipeline.Data.Tests.Claims;

public sealed class SliceClaimerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_claim_says_whether_the_slice_has_more()
    {
        (SliceClaimer claimer, Slice slice) = await BeginAsync("asking", "a", "b", "c");
        ClaimedJobs first = await claimer.ClaimAsync(slice.Id, "asking", 2, default);
        Assert.Equal((2, true), (first.Jobs.Count, first.HasMore));
        ClaimedJobs rest = await claimer.ClaimAsync(slice.Id, "asking", 1, default);
        Assert.Equal((1, false), (rest.Jobs.Count, rest.HasMore));
        ClaimedJobs none = await claimer.ClaimAsync(slice.Id, "asking", 2, default);
        Assert.Equal((0, false), (none.Jobs.Count, none.HasMore));
    }

    [Fact]
    public async Task Who_has_claimed_of_a_slice_is_known_until_it_is_done()
    {
        (SliceClaimer claimer, Slice slice) = await BeginAsync("known", "a", "b");
        ClaimedJobs claimed = await claimer.ClaimAsync(slice.Id, "known", 2, default);
        ResultCommitter committer = new(database.DataSource);
        await committer.CommitAsync([Answered(claimed.Jobs[0])], default);
        Assert.Equal(["known"], await ClaimsAsync(slice));
        await committer.CommitAsync([Answered(claimed.Jobs[1])], default);
        Assert.Empty(await ClaimsAsync(slice));
    }

    [Fact]
    public void No_index_of_jobs_knows_what_a_claim_or_a_commit_changes()
    {
        string[] changing = ["state", "attempts", "worker_id", "started_at", "finished_at"];
        using PipelineDbContext context = database.Require().CreateContext();
        IEntityType jobs = context.Model.FindEntityType(typeof(Job))!;
        StoreObjectIdentifier table = StoreObjectIdentifier.Table(jobs.GetTableName()!);
        Assert.NotEmpty(jobs.GetIndexes());
        Assert.All(jobs.GetIndexes(), index =>
        {
            Assert.Empty(index.Properties.Select(property => property.GetColumnName(table)).Intersect(changing));
            Assert.All(changing, column => Assert.DoesNotContain(column, index.GetFilter() ?? "", StringComparison.Ordinal));
        });
    }

    /// <summary>
    /// A table that seems to be one slice lets the planner go by id and pass over what is another's: all jobs there have ever been.
    /// </summary>
    [Fact]
    public async Task A_claim_reads_its_slice_alone_whatever_the_statistics_say()
    {
        string old = await database.Require().AddBatchAsync("m", [.. Enumerable.Range(0, 3000).Select(i => $"{i}")]);
        await using (PipelineDbContext context = database.CreateContext())
        {
            await context.Database.ExecuteSqlAsync($"UPDATE jobs SET slice_id = (SELECT min(slice_id) FROM jobs WHERE batch_id = {old}) WHERE batch_id = {old}");
            await context.Database.ExecuteSqlRawAsync("ANALYZE jobs");
        }

        string batchId = await database.AddBatchAsync("m", ["a", "b", "c"]);
        Slice slice = Assert.Single(await database.SlicesAsync(batchId));
        await database.AddWorkerAsync("reading");
        await using NpgsqlDataSource one = NpgsqlDataSource.Create(
            database.ConnectionString + ";Maximum Pool Size=1;Max Auto Prepare=20;Auto Prepare Min Usages=1;Options=-c plan_cache_mode=force_generic_plan -c enable_seqscan=off");
        long before = await PrimaryKeyReadsAsync(one);
        Assert.Equal(3, (await new SliceClaimer(one).ClaimAsync(slice.Id, "reading", 10, default)).Jobs.Count);
        Assert.InRange(await PrimaryKeyReadsAsync(one) - before, 0, 100);
    }

    private static async Task<long> PrimaryKeyReadsAsync(NpgsqlDataSource dataSource)
    {
        // A session tells what it has read only now and then, unless it is asked to.
        await using NpgsqlCommand flush = dataSource.CreateCommand("SELECT pg_stat_force_next_flush()");
        await flush.ExecuteNonQueryAsync();
        await using NpgsqlCommand reads = dataSource.CreateCommand("SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'pk_jobs'");
        return (long)(await reads.ExecuteScalarAsync())!;
    }

    private static FinishedAttempt Answered(ClaimedJob job) => new()
    {
        Job = job, Outcome = AttemptOutcome.Completed, Model = "m", RequestId = "req_1", StatusCode = 200, Body = "{}", Currency = "USD",
    };

    private async Task<(SliceClaimer Claimer, Slice Slice)> BeginAsync(string workerId, params string[] prompts)
    {
        string batchId = await database.Require().AddBatchAsync("m", prompts);
        await database.AddWorkerAsync(workerId);
        return (new SliceClaimer(database.DataSource), Assert.Single(await database.SlicesAsync(batchId)));
    }

    private async Task<List<string>> ClaimsAsync(Slice slice)
    {
        await using PipelineDbContext context = database.CreateContext();
        return await context.SliceClaims.Where(claim => claim.SliceId == slice.Id).Select(claim => claim.WorkerId).ToListAsync();
    }
}
