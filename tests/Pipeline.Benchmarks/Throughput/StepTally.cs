namespace Pipeline.Benchmarks.Throughput;

/// <summary>Adds up a run's steps: those that compute prompts, and those that only decode.</summary>
internal sealed class StepTally(Roofline roofline)
{
    private double _least;
    private double _decodeMemory;
    private double _prefillMatrix;
    private double _prefillSeconds;
    private double _decodeSeconds;
    private long _prefillTokens;
    private long _decodeTokens;
    private long _prefillSteps;
    private long _decodeSteps;

    public long Steps => _prefillSteps + _decodeSteps;

    public double Seconds => _prefillSeconds + _decodeSeconds;

    public long PrefillTokens => _prefillTokens;

    public double? PrefillRate => Ratio(_prefillTokens, _prefillSeconds);

    public double? DecodeRate => Ratio(_decodeTokens, _decodeSeconds);

    public double? MeanBatch => Ratio(_decodeTokens, _decodeSteps);

    public double? RooflineShare => Ratio(_least, Seconds);

    public double? DecodeBandwidthShare => Ratio(_decodeMemory, _decodeSeconds);

    public double? PrefillMatrixShare => Ratio(_prefillMatrix, _prefillSeconds);

    /// <summary>Adds a step.</summary>
    public void Add(int prefillTokens, int decodeTokens, double seconds)
    {
        if (prefillTokens + decodeTokens == 0)
        {
            return;
        }

        _least += roofline.LeastSeconds(prefillTokens, decodeTokens);
        if (prefillTokens > 0)
        {
            _prefillSteps++;
            _prefillTokens += prefillTokens;
            _prefillSeconds += seconds;
            _prefillMatrix += roofline.MatrixSeconds(prefillTokens, decodeTokens);
        }
        else
        {
            _decodeSteps++;
            _decodeTokens += decodeTokens;
            _decodeSeconds += seconds;
            _decodeMemory += roofline.MemorySeconds(prefillTokens, decodeTokens);
        }
    }

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;
}
