namespace Pipeline.Engine.Tests.Support;

/// <summary>A clock that stands still: what depends on how long things take does not depend on the machine.</summary>
public sealed class StoppedClock : TimeProvider
{
    public static readonly StoppedClock Instance = new();

    public override long GetTimestamp() => 1;
}
