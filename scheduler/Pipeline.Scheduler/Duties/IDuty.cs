namespace Pipeline.Scheduler.Duties;

/// <summary>A thing that is due by the clock. Doing it twice, or twice at once, does no harm; it logs only what it changed.</summary>
internal interface IDuty
{
    Task RunAsync(CancellationToken cancellationToken);
}
