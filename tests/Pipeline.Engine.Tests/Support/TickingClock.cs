namespace Pipeline.Engine.Tests.Support;

/// <summary>A clock by which a millisecond has passed whenever somebody looks at it, and as much more as a test says.</summary>
internal sealed class TickingClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _now++;

    public void Pass(int milliseconds) => _now += milliseconds;
}
