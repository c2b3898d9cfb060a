using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Budgets;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Pricing;
using Pipeline.Data.Results;
using Pipeline.Testing;

namespace Pipeline.Data.Tests.Money;

public sealed class LedgerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("UPDATE job_costs SET cost = 0")]
    [InlineData("DELETE FROM job_costs")]
    [InlineData("TRUNCATE job_costs")]
    public async Task The_database_refuses_to_change_or_delete_what_is_in_the_ledger(string sql)
    {
        database.Require();
        await database.AddCostsAsync("m", 1, 1, 1, 1, 1);
        PostgresException refusal = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(sql));
        Assert.Contains("ledger", refusal.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_has_one_row_and_only_the_deletion_of_its_tenant_takes_it_away()
    {
        database.Require();
        (Guid tenant, Guid other) = (Guid.NewGuid(), Guid.NewGuid());
        await database.AddCostsAsync("m", 3, 1, 1, 1, 1, tenant);
        await database.AddCostsAsync("m", 2, 1, 1, 1, 1, other);
        PostgresException twice = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("INSERT INTO job_costs SELECT * FROM job_costs WHERE tenant_id = $1", tenant));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, twice.SqlState);

        await using NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync();
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync())
        {
            Assert.Equal(3, await Ledger.DeleteTenantAsync(connection, tenant, default));
            await using NpgsqlCommand more = new("DELETE FROM job_costs WHERE tenant_id = $1", connection) { Parameters = { new() { Value = other } } };
            await Assert.ThrowsAsync<PostgresException>(() => more.ExecuteNonQueryAsync());
        }

        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync())
        {
            await Ledger.DeleteTenantAsync(connection, tenant, default);
            await transaction.CommitAsync();
        }

        await using PipelineDbContext context = database.CreateContext();
        Assert.Equal((0, 2), (await context.JobCosts.CountAsync(c => c.TenantId == tenant), await context.JobCosts.CountAsync(c => c.TenantId == other)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Sums_of_batches_and_months_are_those_of_the_ledger_and_each_row_explains_itself(int seed)
    {
        database.Require();
        Random random = new(seed);
        string worker = $"w{seed}";
        await database.AddWorkerAsync(worker);
        string[] batches = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => database.AddBatchAsync("m", [.. Enumerable.Repeat("x", 40)], jobsPerSlice: 10)))];
        List<ClaimedJob> claimed = [];
        foreach (string batch in batches)
        {
            foreach (Slice slice in await database.SlicesAsync(batch))
            {
                claimed.AddRange((await new SliceClaimer(database.DataSource).ClaimAsync(slice.Id, worker, 10, default)).Jobs);
            }
        }

        Assert.Equal(120, claimed.Count);
        ClaimedJob[] jobs = [.. claimed];
        random.Shuffle(jobs);
        ResultCommitter committer = new(database.DataSource);
        FinishedAttempt[][] groups = [.. jobs.Select(job => Finish(random, job)).Chunk(17)];

        // At the same time, and twice: the second commit of a group must add nothing.
        await Task.WhenAll(groups.Concat(groups).Select(group => committer.CommitAsync(group, default)));
        await using PipelineDbContext context = database.CreateContext();
        foreach (string id in batches)
        {
            Batch batch = await database.BatchAsync(id);
            List<JobCost> ledger = await database.LedgerAsync(id);
            Assert.Equal(40, ledger.Count);
            Assert.NotEqual(0, batch.Cost);
            Assert.Equal(ledger.Sum(row => row.Cost), batch.Cost);
            Assert.Equal(batch.Cost, (await context.TenantMonths.SingleAsync(month => month.TenantId == batch.TenantId)).Spent);
            Assert.All(ledger, row => Assert.Equal(Explained(row), row.Cost));
        }
    }

    [Fact]
    public async Task A_result_that_came_too_late_is_in_the_ledger_and_costs_nothing()
    {
        database.Require();
        await database.AddWorkerAsync("late");
        string id = await database.AddBatchAsync("m", ["x"]);
        ClaimedJob job = Assert.Single((await new SliceClaimer(database.DataSource).ClaimAsync((await database.SlicesAsync(id))[0].Id, "late", 1, default)).Jobs);
        await database.ExecuteAsync("UPDATE jobs SET state = 0, worker_id = NULL WHERE id = $1", job.Id);
        Assert.Empty(await new ResultCommitter(database.DataSource).CommitAsync([Finish(new Random(1), job) with { Outcome = AttemptOutcome.Completed }], default));
        JobCost row = Assert.Single(await database.LedgerAsync(id));
        Assert.Equal((AttemptOutcome.Fenced, 0m, true), (row.Outcome, row.Cost, row.DeviceSeconds > 0));
        Assert.Equal(0, (await database.BatchAsync(id)).Cost);
    }

    /// <summary>What a row must cost by what else stands in it.</summary>
    private static decimal Explained(JobCost row) =>
        row.Outcome is AttemptOutcome.Released or AttemptOutcome.Fenced ? 0
        : row.InputPrice is { } input
            ? (((row.PromptTokens - row.CachedTokens) * input) + (row.CachedTokens * row.CachedInputPrice!.Value) + (row.CompletionTokens * row.OutputPrice!.Value)) / 1_000_000
            : decimal.Round((decimal)row.DeviceSeconds / 3600 * row.PricePerDeviceHour, 12);

    private static FinishedAttempt Finish(Random random, ClaimedJob job)
    {
        AttemptOutcome[] outcomes = [AttemptOutcome.Completed, AttemptOutcome.Completed, AttemptOutcome.Failed, AttemptOutcome.Cancelled, AttemptOutcome.Released];
        int prompt = random.Next(1, 5000);
        return new FinishedAttempt
        {
            Job = job,
            Outcome = outcomes[random.Next(outcomes.Length)],
            Model = "m",
            StatusCode = 200,
            RequestId = PublicIds.Request(),
            Body = "{}",
            Tokens = new AttemptTokens(prompt, random.Next(prompt), random.Next(500), 0),
            Seconds = new AttemptSeconds(0, 1, 1, random.NextDouble() * 10),
            PricePerDeviceHour = 2.37m,
            ListedPrice = random.Next(2) == 0 ? null : new TokenPrice(0.15m, 0.075m, 0.613m),
            Currency = "USD",
        };
    }
}
