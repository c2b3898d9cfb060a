namespace Pipeline.Engine.Sampling;

/// <summary>How all rows of a step become tokens, laid out for the device. Plain C#; kept from step to step.</summary>
internal sealed class SamplingRows
{
    private int[] _drawn = new int[64];
    private double[] _temperatures = new double[64], _topPs = new double[64], _chances = new double[64], _settings = new double[192];
    private int _count;
    private int _drawnCount;

    /// <summary>The rows that are drawn by chance, ascending; all others take the likeliest token.</summary>
    public ReadOnlySpan<int> Drawn => _drawn.AsSpan(0, _drawnCount);

    /// <summary>Of the drawn rows: all temperatures, then all top-p, then all chances.</summary>
    public ReadOnlySpan<double> Settings
    {
        get
        {
            _temperatures.AsSpan(0, _drawnCount).CopyTo(_settings);
            _topPs.AsSpan(0, _drawnCount).CopyTo(_settings.AsSpan(_drawnCount));
            _chances.AsSpan(0, _drawnCount).CopyTo(_settings.AsSpan(2 * _drawnCount));
            return _settings.AsSpan(0, 3 * _drawnCount);
        }
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear() => _count = _drawnCount = 0;

    /// <summary>Adds the next row.</summary>
    public void Add(SamplingRow row)
    {
        int index = _count++;
        if (row.Temperature == 0)
        {
            return;
        }

        if (_drawnCount == _drawn.Length)
        {
            Grow();
        }

        _drawn[_drawnCount] = index;
        _temperatures[_drawnCount] = row.Temperature;
        _topPs[_drawnCount] = row.TopP;
        _chances[_drawnCount++] = row.Uniform;
    }

    private void Grow()
    {
        int size = 2 * _drawnCount;
        Array.Resize(ref _drawn, size);
        Array.Resize(ref _temperatures, size);
        Array.Resize(ref _topPs, size);
        Array.Resize(ref _chances, size);
        _settings = new double[3 * size];
    }
}
