using Pipeline.Engine;

namespace Pipeline.GpuWorker.Backends.Local;

/// <summary>A model that is loaded in this process, with the endpoints that its kind answers. Thread-safe.</summary>
internal interface ILocalModel : IAsyncDisposable
{
    /// <summary>Jobs it works on at a time; more are taken, and wait.</summary>
    int MaxRunning { get; }

    /// <summary>Jobs it is working on.</summary>
    int Running { get; }

    /// <summary>Seconds it has been busy since it was loaded.</summary>
    double BusySeconds { get; }

    /// <summary>What it computes with, for people.</summary>
    string ComputesWith { get; }

    /// <summary>What its user should know of how it was loaded; null for nothing.</summary>
    string? Warning { get; }

    /// <summary>Ends when the model does; faulted if it can work no more.</summary>
    Task Completion { get; }

    /// <summary>Runs a job to its end. What is wrong with the job is its answer.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="cancellationToken">Gives the job up; it then still ends with an answer, one without a body.</param>
    /// <exception cref="EngineFailedException">The engine failed.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed before.</exception>
    Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken);
}
