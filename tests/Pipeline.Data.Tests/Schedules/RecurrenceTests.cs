using System.Globalization;
using Pipeline.Data.Schedules;

namespace Pipeline.Data.Tests.Schedules;

public sealed class RecurrenceTests
{
    [Theory]
    // Clocks go from 2 to 3: half past two does not exist, and is the first instant after.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("15 2 * * *", "America/New_York", "2026-03-07T12:00Z", "2026-03-08T07:00Z", "2026-03-09T06:15Z")]
    // Clocks go from 3 back to 2 (from 2 to 1): the first of the two counts.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", "2026-11-01T05:30Z", "2026-11-02T06:30Z")]
    // An interval goes on by the clock on the wall's minutes, however often they come.
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z")]
    [InlineData("*/30 * * * *", "America/New_York", "2026-03-08T06:00Z", "2026-03-08T06:30Z", "2026-03-08T07:00Z", "2026-03-08T07:30Z")]
    // The hour of a place, through the year.
    [InlineData("0 6 1 * *", "Europe/Berlin", "2026-02-15T00:00Z", "2026-03-01T05:00Z", "2026-04-01T04:00Z")]
    [InlineData("@daily", "UTC", "2026-12-31T00:00Z", "2027-01-01T00:00Z", "2027-01-02T00:00Z")]
    public void Times_follow_the_clock_on_the_wall(string cron, string zone, string from, params string[] expected)
    {
        Recurrence recurrence = Recurrence.Parse(cron, zone);
        List<DateTimeOffset> times = [];
        for (DateTimeOffset time = At(from); times.Count < expected.Length; times.Add(time))
        {
            time = recurrence.After(time)!.Value;
        }

        Assert.Equal(expected.Select(At), times);
        Assert.Equal(expected.Select(At), recurrence.Between(At(from), At(expected[^1])).Where(time => time > At(from)));
        Assert.All(times, time => Assert.Equal(TimeSpan.Zero, time.Offset));
    }

    [Theory]
    [InlineData("", "UTC")]
    [InlineData("* * * *", "UTC")]
    [InlineData("* * * * * *", "UTC")]
    [InlineData("61 * * * *", "UTC")]
    [InlineData("at night", "UTC")]
    [InlineData("0 2 * * *", "Berlin")]
    [InlineData("0 2 * * *", "")]
    [InlineData("0 2 * * *", "../../etc/passwd")]
    [InlineData("0 2 * * *", "W. Europe Standard Time")]
    public void What_is_no_time_or_zone_is_refused(string cron, string zone)
    {
        Assert.False(Recurrence.TryParse(cron, zone, out _, out string? complaint));
        Assert.NotEmpty(complaint);
    }

    [Fact]
    public void A_day_that_never_comes_has_no_time() => Assert.Null(Recurrence.Parse("0 0 30 2 *", "UTC").After(DateTimeOffset.UnixEpoch));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
