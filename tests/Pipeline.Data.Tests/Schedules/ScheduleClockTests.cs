using Pipeline.Data.Entities;
using Pipeline.Data.Schedules;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Data.Tests.Schedules;

public sealed class ScheduleClockTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Each_time_is_one_run_however_often_and_by_how_many_the_clock_is_looked_at()
    {
        database.Require();
        string id = await database.AddScheduleAsync("0 * * * *", Noon);
        await RecordAsync(Noon.AddMinutes(59));
        Assert.Empty(await database.RunsAsync(id));
        for (int hour = 1; hour <= 3; hour++)
        {
            DateTimeOffset now = Noon.AddHours(hour).AddSeconds(2);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RecordAsync(now)));
            await RecordAsync(now.AddSeconds(5));
        }

        List<ScheduleRun> runs = await database.RunsAsync(id);
        Assert.Equal([Noon.AddHours(1), Noon.AddHours(2), Noon.AddHours(3)], runs.Select(run => run.ScheduledAt));
        Assert.All(runs, run => Assert.Equal((ScheduleRunState.Waiting, false), (run.State, run.Manual)));
        Assert.Equal(Noon.AddHours(4), (await database.ScheduleAsync(id)).NextRunAt);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_or_differs_between_schedulers_repeats_nothing()
    {
        database.Require();
        string id = await database.AddScheduleAsync("0 * * * *", Noon);
        await RecordAsync(Noon.AddHours(1));
        await RecordAsync(Noon.AddMinutes(-90));
        await RecordAsync(Noon.AddMinutes(59).AddSeconds(58));
        await RecordAsync(Noon.AddHours(1).AddSeconds(3));
        // Even a row that was set back, as by a change that a slow clock made, finds the run that is there.
        await database.ExecuteAsync("UPDATE schedules SET next_run_at = $2 WHERE id = $1", id, Noon.AddHours(1));
        await RecordAsync(Noon.AddHours(1).AddSeconds(4));
        Assert.Single(await database.RunsAsync(id));
    }

    [Theory]
    [InlineData(MissedRuns.Skip, new int[0], 5, 5)]
    [InlineData(MissedRuns.RunOnce, new[] { 5 }, 4, 4)]
    [InlineData(MissedRuns.RunAll, new[] { 3, 4, 5 }, 2, 2)]
    public async Task After_a_downtime_what_was_missed_is_left_out_or_made_up_for_as_the_schedule_says(MissedRuns policy, int[] expected, int missed, int lastMissed)
    {
        database.Require();
        string id = await database.AddScheduleAsync("0 * * * *", Noon, schedule => (schedule.MissedRuns, schedule.Overlap) = (policy, Overlap.Queue));
        await RecordAsync(Noon.AddHours(5).AddMinutes(30));
        List<ScheduleRun> runs = await database.RunsAsync(id);
        Assert.Equal(expected.Select(hour => Noon.AddHours(hour)), runs.Where(run => run.State == ScheduleRunState.Waiting).Select(run => run.ScheduledAt));
        ScheduleRun skipped = Assert.Single(runs, run => run.State == ScheduleRunState.Skipped);
        Assert.Equal((Noon.AddHours(lastMissed), RunCodes.Missed), (skipped.ScheduledAt, skipped.Code));
        Assert.Equal($"Due while no scheduler ran, the last of {missed} left out.", skipped.Message);
        Assert.Equal(Noon.AddHours(6), (await database.ScheduleAsync(id)).NextRunAt);
    }

    [Fact]
    public async Task A_run_in_time_makes_up_for_those_before_it()
    {
        database.Require();
        string id = await database.AddScheduleAsync("0 * * * *", Noon);
        await RecordAsync(Noon.AddHours(5).AddSeconds(30));
        List<ScheduleRun> runs = await database.RunsAsync(id);
        Assert.Equal(
            [(Noon.AddHours(4), ScheduleRunState.Skipped), (Noon.AddHours(5), ScheduleRunState.Waiting)], runs.Select(run => (run.ScheduledAt, run.State)));
    }

    [Fact]
    public async Task Years_of_downtime_are_a_few_rows()
    {
        database.Require();
        string id = await database.AddScheduleAsync("* * * * *", Noon, schedule => (schedule.MissedRuns, schedule.Overlap) = (MissedRuns.RunAll, Overlap.Queue));
        await RecordAsync(Noon.AddYears(2).AddSeconds(70));
        List<ScheduleRun> runs = await database.RunsAsync(id);
        // Three are made up for, one is in time, one says how many are left out.
        Assert.Equal(5, runs.Count);
        Assert.Equal(4, runs.Count(run => run.State == ScheduleRunState.Waiting));
    }

    [Fact]
    public async Task What_is_paused_or_unreadable_has_no_runs()
    {
        database.Require();
        string paused = await database.AddScheduleAsync("0 * * * *", Noon, schedule => schedule.PausedAt = Noon);
        string unreadable = await database.AddScheduleAsync("0 * * * *", Noon, schedule => schedule.TimeZone = "Europe/Atlantis");
        string other = await database.AddScheduleAsync("0 * * * *", Noon);
        await RecordAsync(Noon.AddHours(1));
        Assert.Empty(await database.RunsAsync(paused));
        Assert.Empty(await database.RunsAsync(unreadable));
        Assert.Single(await database.RunsAsync(other));
        Assert.Contains("Europe/Atlantis", (await database.ScheduleAsync(unreadable)).PausedReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_wait_than_may()
    {
        database.Require();
        string id = await database.AddScheduleAsync("* * * * *", Noon);
        for (int minute = 1; minute <= ScheduleClock.MostWaiting + 3; minute++)
        {
            await RecordAsync(Noon.AddMinutes(minute));
        }

        List<ScheduleRun> runs = await database.RunsAsync(id);
        Assert.Equal(ScheduleClock.MostWaiting, runs.Count(run => run.State == ScheduleRunState.Waiting));
        Assert.Equal(Enumerable.Repeat((ScheduleRunState.Skipped, (string?)RunCodes.QueueFull), 3), runs.TakeLast(3).Select(run => (run.State, run.Code)));
    }

    [Fact]
    public async Task More_schedules_than_one_transaction_takes_are_all_looked_at()
    {
        database.Require();
        List<string> ids = [];
        for (int i = 0; i < 120; i++)
        {
            ids.Add(await database.AddScheduleAsync("30 15 * * *", Noon));
        }

        await RecordAsync(Noon.AddHours(3).AddMinutes(30));
        foreach (string id in ids)
        {
            Assert.Single(await database.RunsAsync(id));
        }
    }

    private Task<int> RecordAsync(DateTimeOffset now) => ScheduleClock.RecordDueAsync(database.Contexts, now, Grace, CancellationToken.None);
}
