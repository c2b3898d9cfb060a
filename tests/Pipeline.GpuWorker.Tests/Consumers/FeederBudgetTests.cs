using Pipeline.GpuWorker.Consumers;

namespace Pipeline.GpuWorker.Tests.Consumers;

public sealed class FeederBudgetTests
{
    [Fact]
    public async Task There_is_as_much_room_as_was_returned()
    {
        FeederBudget budget = new(64);
        Assert.Equal(40, await budget.TakeAsync(40, CancellationToken.None));
        Assert.Equal(24, await budget.TakeAsync(40, CancellationToken.None));
        budget.Return(17);
        Assert.Equal(17, await budget.TakeAsync(40, CancellationToken.None));
    }

    [Fact]
    public async Task Less_than_a_quarter_is_waited_for_until_it_is_one()
    {
        FeederBudget budget = new(64);
        await budget.TakeAsync(64, CancellationToken.None);
        budget.Return(15);
        Task<int> taking = budget.TakeAsync(64, CancellationToken.None);
        Assert.False(taking.IsCompleted);
        budget.Return(1);
        Assert.Equal(16, await taking);
    }

    [Fact]
    public async Task Who_asks_for_little_gets_it_at_once()
    {
        FeederBudget budget = new(64);
        await budget.TakeAsync(63, CancellationToken.None);
        Task<int> taking = budget.TakeAsync(1, CancellationToken.None);
        Assert.True(taking.IsCompleted);
        Assert.Equal(1, await taking);
    }

    [Fact]
    public async Task To_wait_for_room_may_be_given_up()
    {
        FeederBudget budget = new(1);
        await budget.TakeAsync(1, CancellationToken.None);
        using CancellationTokenSource patience = new();
        Task<int> taking = budget.TakeAsync(1, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        budget.Return(1);
        Assert.Equal(1, await budget.TakeAsync(1, CancellationToken.None));
    }
}
