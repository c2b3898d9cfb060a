using Pipeline.Scheduler.Webhooks;

namespace Pipeline.Scheduler.Tests.Webhooks;

public sealed class WebhookScheduleTests
{
    [Fact]
    public void Attempts_are_as_far_apart_as_the_specification_wants_and_end_after_the_tenth()
    {
        IReadOnlyList<double> waits = new WebhookOptions().Waits;
        TimeSpan?[] after = [.. Enumerable.Range(1, 10).Select(attempt => WebhookSchedule.After(waits, attempt, null))];
        Assert.Equal(
            [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), .. new[] { 2, 5, 10, 14, 20, 24 }.Select(h => (TimeSpan?)TimeSpan.FromHours(h)), null],
            after);
    }

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(2, 60, 300)]
    [InlineData(1, -5, 5)]
    [InlineData(1, 1_000_000, 86_400)]
    public void A_receiver_is_left_alone_for_as_long_as_it_asks_but_no_shorter_than_the_schedule_and_no_longer_than_a_day(int attempt, int asked, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), WebhookSchedule.After(new WebhookOptions().Waits, attempt, TimeSpan.FromSeconds(asked)));
}
