namespace Pipeline.Engine.Execution;

/// <summary>The steps under way, in order: none or one ahead of the step that is being planned.</summary>
internal sealed class Flights : IDisposable
{
    private readonly Flight[] _ring;
    private long _launched;
    private long _landed;

    /// <summary>Makes room for steps.</summary>
    /// <param name="ahead">Steps whose outcome need not be known when the next one is launched.</param>
    /// <param name="make">Makes the memory of one.</param>
    public Flights(int ahead, Func<Flight> make) => _ring = [.. Enumerable.Range(0, ahead + 1).Select(_ => make())];

    /// <summary>The next step, to be planned.</summary>
    public Flight Next => _ring[_launched % _ring.Length];

    /// <summary>The step that was launched last and is not applied, or null.</summary>
    public Flight? Last => _launched > _landed ? _ring[(_launched - 1) % _ring.Length] : null;

    /// <summary>Notes that <see cref="Next"/> is under way.</summary>
    public void Launch() => _launched++;

    /// <summary>
    /// The oldest step under way, to be applied now, or null: there is none, or there is work to plan while it runs.
    /// </summary>
    /// <param name="idle">Whether nothing more can be planned before it is applied.</param>
    public Flight? Land(bool idle) =>
        _launched - _landed >= (idle ? 1 : _ring.Length) ? _ring[_landed++ % _ring.Length] : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Flight flight in _ring)
        {
            flight.Dispose();
        }
    }
}
