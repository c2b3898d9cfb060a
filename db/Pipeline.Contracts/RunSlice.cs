namespace Pipeline.Contracts;

/// <summary>
/// Asks a worker to run the open jobs of one slice. A claim check: it names rows in PostgreSQL and carries no
/// bodies, so that a message stays under a kilobyte whatever the documents weigh.
/// </summary>
/// <param name="SliceId">The slice whose open jobs are to be claimed.</param>
/// <param name="Model">The model that the jobs ask for; also names the queue (<see cref="QueueNames.ForModel"/>).</param>
/// <param name="Exclusive">
/// Whether the slice must run with nothing else in flight on the worker. Set for jobs whose worker died under them:
/// if one of them is the cause, it takes nobody along the next time.
/// </param>
/// <remarks>Delivered at least once: whoever receives it must find out from the rows what is still to be done.</remarks>
public sealed record RunSlice(long SliceId, string Model, bool Exclusive);
