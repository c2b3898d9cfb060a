using Pipeline.Data.States;

namespace Pipeline.Data.Tests;

public sealed class TransitionsTests
{
    public static TheoryData<JobState, JobState> EveryPairOfJobStates() => new(Pairs<JobState>());

    public static TheoryData<SliceState, SliceState> EveryPairOfSliceStates() => new(Pairs<SliceState>());

    public static TheoryData<BatchStatus, BatchStatus> EveryPairOfBatchStatuses() => new(Pairs<BatchStatus>());

    [Theory]
    [MemberData(nameof(EveryPairOfJobStates))]
    public void A_job_changes_only_as_the_life_of_a_job_says(JobState from, JobState to)
    {
        bool legal = from switch
        {
            JobState.Queued => to is JobState.Running or JobState.Failed or JobState.Cancelled or JobState.Expired,
            JobState.Running => true,
            JobState.Completed => false,
            _ => to is JobState.Queued,
        };
        JobState state = from;
        Check(from, to, legal, () => Transitions.Change(ref state, to), () => state, Transitions.SourcesOf(to).Contains((short)from));
    }

    [Theory]
    [MemberData(nameof(EveryPairOfSliceStates))]
    public void A_slice_is_sent_only_after_sending_and_is_done_for_good(SliceState from, SliceState to)
    {
        bool legal = (from, to) switch
        {
            (SliceState.Done, _) => false,
            (_, SliceState.Done) => true,
            (SliceState.Pending, SliceState.Sending) => true,
            (SliceState.Sending, SliceState.Sent or SliceState.Pending) => true,
            (SliceState.Sent, SliceState.Pending) => true,
            _ => false,
        };
        SliceState state = from;
        Check(from, to, legal, () => Transitions.Change(ref state, to), () => state, Transitions.SourcesOf(to).Contains((short)from));
    }

    [Theory]
    [MemberData(nameof(EveryPairOfBatchStatuses))]
    public void A_batch_lives_as_the_contract_says_and_may_be_retried(BatchStatus from, BatchStatus to)
    {
        bool legal = (from.ToName(), to.ToName()) is
            ("validating", "in_progress") or ("validating", "failed") or ("validating", "cancelling") or
            ("in_progress", "finalizing") or ("in_progress", "cancelling") or
            ("finalizing", "completed") or ("finalizing", "expired") or ("cancelling", "cancelled") or
            ("completed" or "expired" or "cancelled", "in_progress") or ("cancelled", "validating");
        BatchStatus status = from;
        Check(from, to, legal, () => Transitions.Change(ref status, to), () => status, Transitions.SourcesOf(to).Contains(from.ToName()));
    }

    [Fact]
    public void A_final_state_has_no_way_waysbut_a_retry()
    {
        foreach (JobState from in Enum.GetValues<JobState>())
        {
            JobState[] ways = [.. Enum.GetValues<JobState>().Where(to => Transitions.SourcesOf(to).Contains((short)from))];
            Assert.Equal(from.IsFinal(), ways.All(to => to == JobState.Queued));
        }

        foreach (BatchStatus from in Enum.GetValues<BatchStatus>())
        {
            BatchStatus[] ways = [.. Enum.GetValues<BatchStatus>().Where(to => Transitions.SourcesOf(to).Contains(from.ToName()))];
            Assert.Equal(from.IsFinal(), ways.All(to => to is BatchStatus.InProgress or BatchStatus.Validating) && from != BatchStatus.Validating);
        }
    }

    [Fact]
    public void All_that_has_ended_but_not_well_can_be_retried() =>
        Assert.Equal([(short)JobState.Failed, (short)JobState.Cancelled, (short)JobState.Expired], Transitions.Retryable);

    [Fact]
    public void Every_batch_status_has_a_name_that_reads_back() =>
        Assert.All(Enum.GetValues<BatchStatus>(), status => Assert.Equal(status, BatchStatusNames.Parse(status.ToName())));

    private static void Check<T>(T from, T to, bool legal, Func<bool> change, Func<T> now, bool isSource)
        where T : struct, Enum
    {
        if (from.Equals(to))
        {
            Assert.False(change(), "repeating a change does nothing");
            return;
        }

        Assert.Equal(legal, isSource);
        if (legal)
        {
            Assert.True(change());
            Assert.Equal(to, now());
        }
        else
        {
            Assert.Throws<IllegalTransitionException>(() => change());
            Assert.Equal(from, now());
        }
    }

    private static IEnumerable<(T From, T To)> Pairs<T>()
        where T : struct, Enum =>
        from a in Enum.GetValues<T>() from b in Enum.GetValues<T>() select (a, b);
}
