namespace Pipeline.Data.States;

/// <summary>
/// The one table of legal state changes. Set-based SQL takes its <c>WHERE state IN (...)</c> from here
/// (<see cref="SourcesOf(JobState)"/> and its siblings), so that no statement can make a change that is not in the table.
/// </summary>
public static class Transitions
{
    private static readonly (JobState From, JobState To)[] JobChanges =
    [
        (JobState.Queued, JobState.Running),
        (JobState.Queued, JobState.Failed),
        (JobState.Queued, JobState.Cancelled),
        (JobState.Queued, JobState.Expired),
        (JobState.Running, JobState.Queued),
        (JobState.Running, JobState.Completed),
        (JobState.Running, JobState.Failed),
        (JobState.Running, JobState.Cancelled),
        (JobState.Running, JobState.Expired),
        // A retry.
        (JobState.Failed, JobState.Queued),
        (JobState.Cancelled, JobState.Queued),
        (JobState.Expired, JobState.Queued),
    ];

    private static readonly (SliceState From, SliceState To)[] SliceChanges =
    [
        (SliceState.Pending, SliceState.Sending),
        (SliceState.Pending, SliceState.Done),
        (SliceState.Sending, SliceState.Sent),
        (SliceState.Sending, SliceState.Pending),
        (SliceState.Sending, SliceState.Done),
        (SliceState.Sent, SliceState.Pending),
        (SliceState.Sent, SliceState.Done),
    ];

    private static readonly (BatchStatus From, BatchStatus To)[] BatchChanges =
    [
        (BatchStatus.Validating, BatchStatus.InProgress),
        (BatchStatus.Validating, BatchStatus.Failed),
        (BatchStatus.Validating, BatchStatus.Cancelling),
        (BatchStatus.InProgress, BatchStatus.Finalizing),
        (BatchStatus.InProgress, BatchStatus.Cancelling),
        (BatchStatus.Finalizing, BatchStatus.Completed),
        (BatchStatus.Finalizing, BatchStatus.Expired),
        (BatchStatus.Cancelling, BatchStatus.Cancelled),
        // A retry; of a batch that was cancelled before its lines were read, they are read now.
        (BatchStatus.Completed, BatchStatus.InProgress),
        (BatchStatus.Expired, BatchStatus.InProgress),
        (BatchStatus.Cancelled, BatchStatus.InProgress),
        (BatchStatus.Cancelled, BatchStatus.Validating),
    ];

    private static readonly (ScheduleRunState From, ScheduleRunState To)[] ScheduleRunChanges =
    [
        (ScheduleRunState.Waiting, ScheduleRunState.Started),
        (ScheduleRunState.Waiting, ScheduleRunState.Skipped),
        (ScheduleRunState.Waiting, ScheduleRunState.Failed),
    ];

    /// <summary>The states that a retry takes jobs out of, as stored: all that are final but <see cref="JobState.Completed"/>.</summary>
    public static short[] Retryable { get; } = [.. SourcesOf(JobState.Queued).Where(state => ((JobState)state).IsFinal())];

    /// <summary>Whether a job in <paramref name="state"/> has ended: nothing but a retry will change it.</summary>
    public static bool IsFinal(this JobState state) => state is not (JobState.Queued or JobState.Running);

    /// <summary>Whether a batch in <paramref name="status"/> has ended: nothing but a retry will change it.</summary>
    public static bool IsFinal(this BatchStatus status) =>
        status is BatchStatus.Completed or BatchStatus.Failed or BatchStatus.Expired or BatchStatus.Cancelled;

    /// <summary>The states from which a job may become <paramref name="to"/>, as stored: a parameter for <c>= ANY(...)</c>.</summary>
    public static short[] SourcesOf(JobState to) => [.. JobChanges.Where(change => change.To == to).Select(change => (short)change.From)];

    /// <summary>The states from which a slice may become <paramref name="to"/>, as stored.</summary>
    public static short[] SourcesOf(SliceState to) => [.. SliceChanges.Where(change => change.To == to).Select(change => (short)change.From)];

    /// <summary>The statuses from which a batch may become <paramref name="to"/>, as stored.</summary>
    public static string[] SourcesOf(BatchStatus to) => [.. BatchChanges.Where(change => change.To == to).Select(change => change.From.ToName())];

    /// <summary>Changes a job's state. Repeating a change that has been made does nothing.</summary>
    /// <returns>Whether the state changed.</returns>
    /// <exception cref="IllegalTransitionException">The table has no such change.</exception>
    public static bool Change(ref JobState state, JobState to) => Change(ref state, to, JobChanges);

    /// <summary>Changes a slice's state. Repeating a change that has been made does nothing.</summary>
    /// <returns>Whether the state changed.</returns>
    /// <exception cref="IllegalTransitionException">The table has no such change.</exception>
    public static bool Change(ref SliceState state, SliceState to) => Change(ref state, to, SliceChanges);

    /// <summary>Changes a batch's status. Repeating a change that has been made does nothing.</summary>
    /// <returns>Whether the status changed.</returns>
    /// <exception cref="IllegalTransitionException">The table has no such change.</exception>
    public static bool Change(ref BatchStatus status, BatchStatus to) => Change(ref status, to, BatchChanges);

    /// <summary>Changes the state of a schedule's run. Repeating a change that has been made does nothing.</summary>
    /// <returns>Whether the state changed.</returns>
    /// <exception cref="IllegalTransitionException">The table has no such change.</exception>
    public static bool Change(ref ScheduleRunState state, ScheduleRunState to) => Change(ref state, to, ScheduleRunChanges);

    private static bool Change<T>(ref T state, T to, (T From, T To)[] changes)
        where T : struct, Enum
    {
        if (EqualityComparer<T>.Default.Equals(state, to))
        {
            return false;
        }

        if (!changes.Contains((state, to)))
        {
            throw new IllegalTransitionException($"A {typeof(T).Name} cannot change from {state} to {to}.");
        }

        state = to;
        return true;
    }
}
