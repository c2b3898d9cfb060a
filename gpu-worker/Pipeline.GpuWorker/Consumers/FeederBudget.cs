using Nito.AsyncEx;

namespace Pipeline.GpuWorker.Consumers;

/// <summary>
/// Room for claimed jobs: twice what the backend works on at a time. What is beyond that stays in the queue, unclaimed, so
/// that it costs no attempt when the worker dies, and another worker may take it. Thread-safe.
/// </summary>
/// <param name="capacity">Jobs that may be claimed at a time.</param>
internal sealed class FeederBudget(int capacity)
{
    private readonly AsyncMonitor _monitor = new();
    private readonly int _some = Math.Max(1, capacity / 4);
    private int _free = capacity;

    /// <summary>Waits until there is some room, and takes up to <paramref name="atMost"/> of it.</summary>
    /// <remarks>
    /// Some is a quarter of all, or what was asked for if that is less: a claim for every job that ends would cost more than the
    /// job, and the backend has as much again that waits.
    /// </remarks>
    /// <returns>How much was taken; <see cref="Return"/> gives it back.</returns>
    public async Task<int> TakeAsync(int atMost, CancellationToken cancellationToken)
    {
        int atLeast = Math.Min(atMost, _some);
        using (await _monitor.EnterAsync(cancellationToken))
        {
            while (_free < atLeast)
            {
                await _monitor.WaitAsync(cancellationToken);
            }

            int taken = Math.Min(atMost, _free);
            _free -= taken;
            return taken;
        }
    }

    public void Return(int count)
    {
        using (_monitor.Enter())
        {
            _free += count;
            _monitor.PulseAll();
        }
    }
}
