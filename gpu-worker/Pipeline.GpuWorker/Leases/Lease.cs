namespace Pipeline.GpuWorker.Leases;

/// <summary>The time under one worker id: from its row in <c>workers</c> to the end of its heartbeats.</summary>
/// <param name="id">The worker id.</param>
/// <param name="busyBefore">What the backend had been busy when it began, in seconds.</param>
internal sealed class Lease(string id, double busyBefore) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    public string Id { get; } = id;

    public double BusyBefore { get; } = busyBefore;

    /// <summary>Cancelled when somebody else has ended the lease: what it holds is to be let go of.</summary>
    public CancellationToken Ended => _ended.Token;

    public void End() => _ended.Cancel();

    public void Dispose() => _ended.Dispose();
}
