namespace Pipeline.Engine.Execution;

/// <summary>Counts what an engine's steps did and took.</summary>
/// <param name="time">The clock.</param>
/// <param name="waited">Seconds that the host has spent computing on a CPU or waiting for a device, so far.</param>
internal sealed class StepMeter(TimeProvider time, Func<double> waited)
{
    private long _allocatedBefore;
    private double _waitedBefore;
    private long _end = long.MinValue;

    /// <summary>When the step in progress began.</summary>
    public long Now { get; private set; }

    /// <summary>Seconds in which steps were under way.</summary>
    public double BusySeconds { get; private set; }

    /// <summary>Seconds of the host in steps, other than waiting.</summary>
    public double HostSeconds { get; private set; }

    /// <summary>Managed memory that steps asked for.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Steps that have run.</summary>
    public long Steps { get; private set; }

    /// <summary>Prompt tokens computed.</summary>
    public long PrefillTokens { get; private set; }

    /// <summary>Generated tokens computed.</summary>
    public long DecodeTokens { get; private set; }

    /// <summary>The host begins a step.</summary>
    public void Begin()
    {
        Now = time.GetTimestamp();
        _waitedBefore = waited();
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <summary>The host ends a step.</summary>
    public void End()
    {
        HostSeconds += time.GetElapsedTime(Now).TotalSeconds - (waited() - _waitedBefore);
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;
    }

    /// <summary>Adds a step.</summary>
    /// <param name="start">When the host began with it.</param>
    /// <param name="end">When it had run.</param>
    /// <param name="prefillTokens">Prompt tokens that it computed.</param>
    /// <param name="decodeTokens">Generated tokens that it computed.</param>
    /// <returns>Its seconds: from when it began, or from when the step before it had run if that was later. So no time counts twice.</returns>
    public double Add(long start, long end, int prefillTokens, int decodeTokens)
    {
        double seconds = time.GetElapsedTime(Math.Max(start, _end), end).TotalSeconds;
        _end = end;
        BusySeconds += seconds;
        Steps++;
        PrefillTokens += prefillTokens;
        DecodeTokens += decodeTokens;
        return seconds;
    }
}
