using Pipeline.Cli.Api;

namespace Pipeline.Cli.Output;

/// <summary>Takes a stream up again that broke off: a restart of the API is no reason to stop following a batch, which goes on without it.</summary>
/// <param name="time">Times the pauses.</param>
internal sealed class Insistence(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private long _heard = time.GetTimestamp();

    /// <summary>To be called whenever something was heard.</summary>
    public void Heard() => _heard = time.GetTimestamp();

    /// <summary>Tries until an attempt ends well, or nothing was heard for a minute.</summary>
    /// <exception cref="UnreachableException">The API did not come back.</exception>
    public async Task InsistAsync(Func<Task> attempt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (Exception e) when (e is UnreachableException or HttpIOException && time.GetElapsedTime(_heard) < Patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
