namespace Pipeline.GpuWorker.Consumers;

/// <summary>
/// Room for claimed jobs: twice what the backend works on at a time. What is beyond that stays in the queue, unclaimed, so
/// that it costs no attempt when the worker dies, and another worker may take it. Thread-safe.
/// </summary>
/// <param name="capacity">Jobs that may be claimed at a time.</param>
internal sealed class FeederBudget(int capacity) : IDisposable
{
    private readonly SemaphoreSlim _room = new(capacity, capacity);

    /// <summary>Jobs that are claimed, or about to be.</summary>
    public int InUse => capacity - _room.CurrentCount;

    /// <summary>Waits until there is any room, and takes up to <paramref name="atMost"/> of it.</summary>
    /// <returns>How much was taken; <see cref="Return"/> gives it back.</returns>
    public async Task<int> TakeAsync(int atMost, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        int taken = 1;
        while (taken < atMost && _room.Wait(0, CancellationToken.None))
        {
            taken++;
        }

        return taken;
    }

    public void Return(int count)
    {
        if (count > 0)
        {
            _room.Release(count);
        }
    }

    public void Dispose() => _room.Dispose();
}
