using Pipeline.Data.States;

namespace Pipeline.Data.Schedules;

/// <summary>What the clock makes of a schedule: which runs there are now, and which are left out.</summary>
/// <param name="Runs">Times of runs to be made, earliest first.</param>
/// <param name="Missed">How many times are left out, because nobody was there when they were due.</param>
/// <param name="LastMissed">The last of those.</param>
/// <param name="Next">When to look again; <see langword="null"/> for never.</param>
public sealed record DueRuns(IReadOnlyList<DateTimeOffset> Runs, int Missed, DateTimeOffset? LastMissed, DateTimeOffset? Next)
{
    /// <summary>Divides the times from <paramref name="first"/> to <paramref name="now"/>.</summary>
    /// <param name="recurrence">The times.</param>
    /// <param name="first">The first that nothing was recorded for.</param>
    /// <param name="now">The present.</param>
    /// <param name="grace">A time is missed if it is further past than this.</param>
    /// <param name="policy">What becomes of those that are missed. <see cref="MissedRuns.RunOnce"/> makes none for them where there is one in time.</param>
    /// <param name="limit">The most that are made up for with <see cref="MissedRuns.RunAll"/>: the latest ones.</param>
    public static DueRuns Of(Recurrence recurrence, DateTimeOffset first, DateTimeOffset now, TimeSpan grace, MissedRuns policy, int limit)
    {
        ArgumentNullException.ThrowIfNull(recurrence);
        // No more are held than are made up for, however long it was.
        int kept = policy switch { MissedRuns.Skip => 0, MissedRuns.RunOnce => 1, _ => limit };
        Queue<DateTimeOffset> late = [];
        List<DateTimeOffset> inTime = [];
        int missed = 0;
        DateTimeOffset? lastMissed = null;
        foreach (DateTimeOffset time in recurrence.Between(first, now))
        {
            if (now - time <= grace)
            {
                inTime.Add(time);
                continue;
            }

            late.Enqueue(time);
            if (late.Count > kept)
            {
                lastMissed = late.Dequeue();
                missed++;
            }
        }

        if (policy == MissedRuns.RunOnce && inTime.Count > 0 && late.TryDequeue(out DateTimeOffset covered))
        {
            lastMissed = covered;
            missed++;
        }

        return new DueRuns([.. late, .. inTime], missed, lastMissed, recurrence.After(now));
    }
}
