namespace Pipeline.GpuWorker.Backends;

/// <summary>A place a job can run. Thread-safe.</summary>
internal interface IBackend : IAsyncDisposable
{
    /// <summary><c>cpu</c>, <c>cuda</c>, or the backend's name if it has no device.</summary>
    string Device { get; }

    /// <summary>Jobs it works on at a time; more are taken, and wait.</summary>
    int MaxRunning { get; }

    /// <summary>Jobs it is working on.</summary>
    int Running { get; }

    /// <summary>Seconds it has been busy since the start: what the jobs' device-seconds sum to.</summary>
    double BusySeconds { get; }

    /// <summary>Ends when the backend does; faulted if it can work no more.</summary>
    Task Completion { get; }

    /// <summary>Makes it ready: loads the model.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Runs a job to its end.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="cancellationToken">
    /// Gives the job up. The task then still ends with an answer, one without a body (<see cref="BackendAnswer.Dropped"/>):
    /// what was used until then is to be accounted for.
    /// </param>
    /// <exception cref="BackendFailedException">The backend failed, not the job: somebody else may run it.</exception>
    Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken);
}
