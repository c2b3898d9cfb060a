using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Batches;
using Pipeline.Data.Budgets;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Results;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Data.Tests.Money;

public sealed class CapTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private SliceClaimer Claimer => new(database.DataSource);

    private ResultCommitter Committer => new(database.DataSource);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_workers_do_at_once_a_batch_never_costs_more_than_its_cap_and_every_job_ends(int seed)
    {
        database.Require();
        Random random = new(seed);
        decimal[] quotes = [.. Enumerable.Range(0, 200).Select(_ => random.Next(1, 100) / 100m)];
        string id = await CappedAsync(quotes, maxCost: 10);
        List<long> slices = [.. (await database.SlicesAsync(id)).Select(slice => slice.Id)];

        // What they meter is far above what was quoted, at times: the quote is all that is billed.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(n => WorkAsync(id, $"w{seed}-{n}", slices, new Random((seed * 100) + n))));
        Batch batch = await database.BatchAsync(id);
        List<JobCost> ledger = await database.LedgerAsync(id);
        Assert.Equal((BatchStatus.Finalizing, 0, 200), (batch.Status, batch.Remaining, batch.Completed + batch.Failed));
        Assert.Equal(ledger.Sum(row => row.Cost), batch.Cost);
        Assert.InRange(batch.Cost, 9, 10);
        List<Job> jobs = await database.JobsAsync(id);
        Dictionary<long, JobResult> results = await database.ResultsAsync(id);
        decimal left = 10 - batch.Cost;
        Assert.All(jobs.Where(job => job.State == JobState.Failed), job =>
        {
            Assert.Equal((BudgetEnding.MaxCostExceeded, (short)0), (results[job.Id].ErrorCode, results[job.Id].StatusCode));
            Assert.True(job.Quote > left, "It would have fitted.");
        });
        Assert.Contains(jobs, job => job.State == JobState.Failed);
        Assert.Contains(jobs, job => job.State == JobState.Completed);
    }

    [Fact]
    public async Task What_runs_is_reserved_until_it_has_ended_whether_its_worker_lives_or_not()
    {
        database.Require();
        string id = await CappedAsync([0.4m, 0.4m, 0.4m], maxCost: 1);
        long slice = (await database.SlicesAsync(id))[0].Id;
        await database.AddWorkerAsync("reserving");
        await database.AddWorkerAsync("dying");
        ClaimedJob first = Assert.Single((await Claimer.ClaimAsync(slice, "reserving", 1, default)).Jobs);
        Assert.Equal(0.4m, first.Quote);
        Assert.Single((await Claimer.ClaimAsync(slice, "dying", 10, default)).Jobs);
        Assert.Empty((await Claimer.ClaimAsync(slice, "reserving", 10, default)).Jobs);
        Assert.Equal(0, await BudgetEnding.RunAsync(database.DataSource, default));

        // The dead worker's job goes back, and its reservation with it.
        await database.ExecuteAsync("UPDATE workers SET stopped_at = now() WHERE id = 'dying'");
        await JobTakeBack.RunAsync(database.DataSource, TimeSpan.FromMinutes(1), default);
        Assert.Single((await Claimer.ClaimAsync(slice, "reserving", 10, default)).Jobs);

        // The first cost less than it might have: there is room for one more, but not for two.
        await Committer.CommitAsync([Answer(first, 0.1)], default);
        Assert.Equal(0.1m, (await database.BatchAsync(id)).Cost);
        List<Slice> all = await database.SlicesAsync(id);
        Assert.Single((await Claimer.ClaimAsync(all[^1].Id, "reserving", 10, default)).Jobs);
    }

    [Fact]
    public async Task A_cap_too_small_for_any_job_ends_all_of_them_and_a_retry_under_a_higher_one_runs_just_those()
    {
        database.Require();
        await database.AddWorkerAsync("retrying");
        string id = await CappedAsync([0.5m, 2, 2], maxCost: 1);
        long slice = (await database.SlicesAsync(id))[0].Id;
        Assert.Equal(2, await BudgetEnding.RunAsync(database.DataSource, default));
        await Committer.CommitAsync([Answer(Assert.Single((await Claimer.ClaimAsync(slice, "retrying", 10, default)).Jobs), 0.5)], default);
        Batch batch = await database.BatchAsync(id);
        Assert.Equal((BatchStatus.Finalizing, 1, 2, 0.5m), (batch.Status, batch.Completed, batch.Failed, batch.Cost));
        await database.ExecuteAsync("UPDATE batches SET status = 'completed' WHERE id = $1", id);

        Assert.Equal(RetryOutcome.Retried, await BatchRetry.RunAsync(database.DataSource, id, 64, TimeSpan.FromHours(1), maxCost: 5, admit: null, default));
        Assert.Equal(0, await BudgetEnding.RunAsync(database.DataSource, default));
        long again = (await database.SlicesAsync(id))[^1].Id;
        IReadOnlyList<ClaimedJob> jobs = (await Claimer.ClaimAsync(again, "retrying", 10, default)).Jobs;
        Assert.Equal(2, jobs.Count);
        await Committer.CommitAsync([.. jobs.Select(job => Answer(job, 1))], default);
        batch = await database.BatchAsync(id);
        Assert.Equal((3, 0, 2.5m, 5m), (batch.Completed, batch.Failed, batch.Cost, batch.MaxCost));
    }

    [Fact]
    public async Task A_month_s_cap_holds_over_all_batches_of_its_tenant_and_no_other_s()
    {
        database.Require();
        await database.AddWorkerAsync("monthly");
        string one = await CappedAsync([1, 1, 1, 1], maxCost: null), two = await CappedAsync([1, 1, 1, 1], maxCost: null);
        Guid tenant = (await database.BatchAsync(one)).TenantId;
        await database.ExecuteAsync("UPDATE batches SET tenant_id = $1 WHERE id = $2", tenant, two);
        await database.ExecuteAsync("UPDATE jobs SET tenant_id = $1 WHERE batch_id = $2", tenant, two);
        await database.ExecuteAsync("UPDATE slices SET tenant_id = $1 WHERE batch_id = $2", tenant, two);
        await database.ExecuteAsync("INSERT INTO tenants (id, name, created_at, max_monthly_cost) VALUES ($1, $2, now(), 5.5)", tenant, $"capped {tenant}");
        // What was spent in another month counts for nothing; what was spent in this one does.
        await database.ExecuteAsync("INSERT INTO tenant_months VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC' - interval '1 month')::date, 100)", tenant);
        await database.ExecuteAsync("INSERT INTO tenant_months VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 0.5)", tenant);

        List<ClaimedJob> jobs = [.. await ClaimAllAsync(one), .. await ClaimAllAsync(two)];
        Assert.Equal(5, jobs.Count);
        await Committer.CommitAsync([.. jobs.Select(job => Answer(job, 1))], default);
        Assert.Equal(3, await BudgetEnding.RunAsync(database.DataSource, default));
        Dictionary<long, JobResult> results = await database.ResultsAsync(two);
        Assert.Equal(3, results.Values.Count(result => result.ErrorCode == BudgetEnding.MonthlyCostExceeded));
        await using PipelineDbContext context = database.CreateContext();
        Assert.Equal([100m, 5.5m], await context.TenantMonths.Where(m => m.TenantId == tenant).OrderBy(m => m.Month).Select(m => m.Spent).ToListAsync());

        string others = await CappedAsync([1, 1], maxCost: null);
        Assert.Equal(2, (await ClaimAllAsync(others)).Count);
    }

    [Fact]
    public async Task Jobs_that_were_enqueued_before_there_was_a_cap_reserve_the_largest_quote_of_their_batch()
    {
        database.Require();
        await database.AddWorkerAsync("later");
        string id = await database.AddBatchAsync("m", ["a", "b", "c"]);
        await database.ExecuteAsync("UPDATE batches SET max_cost = 1, largest_quote = 0.4 WHERE id = $1", id);
        IReadOnlyList<ClaimedJob> jobs = await ClaimAllAsync(id, "later");
        Assert.Equal([0.4m, 0.4m], jobs.Select(job => job.Quote));

        string unbounded = await database.AddBatchAsync("m", ["a", "b", "c"]);
        await database.ExecuteAsync("UPDATE batches SET max_cost = 1 WHERE id = $1", unbounded);
        Assert.Equal(1m, Assert.Single(await ClaimAllAsync(unbounded, "later")).Quote);
    }

    private async Task<IReadOnlyList<ClaimedJob>> ClaimAllAsync(string id, string worker = "monthly")
    {
        List<ClaimedJob> jobs = [];
        foreach (Slice slice in await database.SlicesAsync(id))
        {
            jobs.AddRange((await Claimer.ClaimAsync(slice.Id, worker, 100, default)).Jobs);
        }

        return jobs;
    }

    private async Task WorkAsync(string id, string worker, List<long> slices, Random random)
    {
        await database.AddWorkerAsync(worker);
        while ((await database.BatchAsync(id)).Remaining > 0)
        {
            IReadOnlyList<ClaimedJob> jobs = (await Claimer.ClaimAsync(slices[random.Next(slices.Count)], worker, random.Next(1, 8), default)).Jobs;
            await Committer.CommitAsync([.. jobs.Select(job => random.Next(6) == 0
                ? Answer(job, 0.3) with { Outcome = AttemptOutcome.Released } : Answer(job, random.NextDouble() * 1.5))], default);
            await BudgetEnding.RunAsync(database.DataSource, default);
        }
    }

    /// <summary>A batch whose jobs have these quotes.</summary>
    private async Task<string> CappedAsync(decimal[] quotes, decimal? maxCost)
    {
        string id = await database.AddBatchAsync("m", [.. quotes.Select(quote => $"{quote}")], jobsPerSlice: 50);
        await database.ExecuteAsync("UPDATE jobs SET quote = ($2::numeric[])[line] WHERE batch_id = $1", id, quotes);
        await database.ExecuteAsync("UPDATE batches SET largest_quote = $2 WHERE id = $1", id, quotes.Max());
        if (maxCost is { } cap)
        {
            await database.ExecuteAsync("UPDATE batches SET max_cost = $2 WHERE id = $1", id, cap);
        }

        return id;
    }

    /// <summary>An answer that took so much of a device whose second costs 1.</summary>
    private static FinishedAttempt Answer(ClaimedJob job, double metered) => new()
    {
        Job = job,
        Outcome = AttemptOutcome.Completed,
        Model = "m",
        StatusCode = 200,
        RequestId = PublicIds.Request(),
        Body = "{}",
        Seconds = new AttemptSeconds(0, 0, 0, metered),
        PricePerDeviceHour = 3600,
        Currency = "USD",
    };
}
