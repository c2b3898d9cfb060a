using Pipeline.GpuWorker.Telemetry;

namespace Pipeline.GpuWorker.Backends;

/// <summary>
/// Loads the backend before anything is taken from the queue, and ends the process when the backend can work no more: its
/// jobs then are a dead worker's, and count as such.
/// </summary>
internal sealed class BackendHost(IBackend backend, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<BackendHost> logger) : IHostedService
{
    private Task _watching = Task.CompletedTask;

    /// <summary>Whether the model is loaded.</summary>
    public bool IsReady { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        await backend.StartAsync(cancellationToken);
        IsReady = true;
        double seconds = time.GetElapsedTime(started).TotalSeconds;
        LogMessages.BackendReady(logger, backend.Device, seconds, backend.MaxRunning);
        _watching = WatchAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        IsReady = false;
        await backend.DisposeAsync();
        await _watching.WaitAsync(cancellationToken);
    }

    private async Task WatchAsync()
    {
        try
        {
            await backend.Completion;
        }
        catch (Exception e)
        {
            LogMessages.BackendFailed(logger, e);
            IsReady = false;
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }
}
