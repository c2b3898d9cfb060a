using Pipeline.GpuWorker.Backends;

namespace Pipeline.GpuWorker.Commands.RunBatch;

/// <summary>What a run has done so far. Thread-safe.</summary>
internal sealed class BatchTotals
{
    private readonly Lock _lock = new();
    private long _answered;
    private long _errors;
    private long _promptTokens;
    private long _cachedTokens;
    private long _completionTokens;
    private long _draftedTokens;
    private long _acceptedTokens;
    private double _deviceSeconds;
    private double _guessedSeconds;
    private double _plainSeconds;

    public void Add(BackendAnswer answer)
    {
        lock (_lock)
        {
            _promptTokens += answer.Tokens.Prompt;
            _cachedTokens += answer.Tokens.Cached;
            _completionTokens += answer.Tokens.Completion;
            _draftedTokens += answer.Tokens.Drafted;
            _acceptedTokens += answer.Tokens.Accepted;
            _deviceSeconds += answer.Seconds.Device;
            if (answer.Seconds.PlainDecode is { } plain)
            {
                _guessedSeconds += answer.Seconds.Decode;
                _plainSeconds += plain;
            }
        }
    }

    public void AddLine(bool isError)
    {
        lock (_lock)
        {
            _answered++;
            _errors += isError ? 1 : 0;
        }
    }

    public string Progress(TimeSpan elapsed)
    {
        lock (_lock)
        {
            return $"{_answered} lines, {_errors} errors, {PerSecond(_promptTokens + _completionTokens, elapsed):F0} tokens/s";
        }
    }

    public string Summary(TimeSpan elapsed)
    {
        lock (_lock)
        {
            double cachedShare = _promptTokens == 0 ? 0 : 100.0 * _cachedTokens / _promptTokens;
            double rightShare = _draftedTokens == 0 ? 0 : 100.0 * _acceptedTokens / _draftedTokens;
            string gain = _guessedSeconds > 0 ? $", gain {_plainSeconds / _guessedSeconds:F2}" : "";
            return $"""
                {_answered} lines answered in {elapsed.TotalSeconds:F1} s, {_errors} of them with errors
                prompt tokens      {_promptTokens} ({PerSecond(_promptTokens, elapsed):F0}/s), of which cached {_cachedTokens} ({cachedShare:F1}%)
                completion tokens  {_completionTokens} ({PerSecond(_completionTokens, elapsed):F0}/s)
                guessed ahead      {_draftedTokens}, of which right {_acceptedTokens} ({rightShare:F1}%){gain}
                device-seconds     {_deviceSeconds:F2}
                """;
        }
    }

    private static double PerSecond(long count, TimeSpan elapsed) =>
        elapsed.TotalSeconds > 0 ? count / elapsed.TotalSeconds : 0;
}
