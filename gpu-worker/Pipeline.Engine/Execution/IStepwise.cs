namespace Pipeline.Engine.Execution;

/// <summary>An engine as the thread that drives it sees it. Not thread-safe.</summary>
/// <typeparam name="TRequest">What it is asked for.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
/// <typeparam name="TStatistics">How it tells where it stands; immutable.</typeparam>
internal interface IStepwise<TRequest, TResult, TStatistics> : IDisposable
{
    /// <summary>How it stands now.</summary>
    TStatistics Statistics { get; }

    /// <summary>Whether a step would do anything.</summary>
    bool HasWork { get; }

    /// <summary>Takes a request in.</summary>
    /// <exception cref="RequestRejectedException">It could never be run, or its id is taken. Nothing has changed.</exception>
    void Add(TRequest request);

    /// <summary>Gives a request up: a later step reports it.</summary>
    /// <returns>Whether there is such a request.</returns>
    bool Cancel(string id);

    /// <summary>Computes for a while.</summary>
    /// <returns>The requests that left.</returns>
    /// <exception cref="Exception">The device or the engine itself failed: it is not to be used further.</exception>
    IReadOnlyList<Finished<TResult>> Step();
}
