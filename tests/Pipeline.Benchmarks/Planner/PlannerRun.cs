using System.Diagnostics;
using Pipeline.Engine.Cache;
using Pipeline.Engine.Planning;

namespace Pipeline.Benchmarks.Planner;

/// <summary>
/// Runs sequences through planner and cache, with a device that takes no time. All that the engine's host does with them is
/// measured; only making the sequences, which stands for reading the requests, is not.
/// </summary>
internal sealed class PlannerRun
{
    private readonly PlannerSetting _setting;
    private readonly Random _random = new(1);
    private readonly int[][] _templates;
    private readonly StepPlanner _planner;
    private readonly StepPlan _plan = new();
    private readonly List<Sequence> _arriving = [];
    private long _made, _finished, _steps, _inSteps, _promptTokens, _cachedTokens;
    private long _ticks, _quietTicks, _quietSteps, _bytes, _bytesSteps;

    public PlannerRun(PlannerSetting setting)
    {
        _setting = setting;
        _templates = [.. Enumerable.Range(0, setting.Templates).Select(_ => Tokens(setting.LongestTemplate))];
        _planner = new StepPlanner(
            new BlockLedger(new BlockPool(setting.Blocks), setting.BlockSize, prefixCaching: true),
            new StepLimits(setting.TokenBudget, setting.TokenBudget, setting.Running));
    }

    /// <summary>Runs all sequences to their end.</summary>
    public PlannerFigures Run()
    {
        while (_finished < _setting.Admissions)
        {
            MakeArrivals();
            Measure();
        }

        _planner.CheckIntegrity();
        double microseconds = 1e6 / Stopwatch.Frequency;
        return new PlannerFigures
        {
            Admissions = _finished,
            Steps = _steps,
            MeanRunning = (double)_inSteps / _steps,
            MicrosecondsPerSequenceStep = _ticks * microseconds / _inSteps,
            MicrosecondsPerStep = _ticks * microseconds / _steps,
            MicrosecondsPerQuietStep = _quietTicks * microseconds / Math.Max(1, _quietSteps),
            BytesPerStep = (double)_bytes / Math.Max(1, _bytesSteps),
            HitRate = (double)_cachedTokens / _promptTokens,
            Preemptions = _planner.Preemptions,
        };
    }

    private void Measure()
    {
        bool steady = _finished > _setting.Admissions / 10;
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        Step();
        long ticks = Stopwatch.GetTimestamp() - start, bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        bool quiet = _plan.PrefillTokens == 0;
        _ticks += ticks;
        _steps++;
        _inSteps += _plan.Chunks.Length;
        (_quietTicks, _quietSteps) = quiet ? (_quietTicks + ticks, _quietSteps + 1) : (_quietTicks, _quietSteps);
        (_bytes, _bytesSteps) = steady ? (_bytes + bytes, _bytesSteps + 1) : (_bytes, _bytesSteps);
        _arriving.Clear();
    }

    private void Step()
    {
        foreach (Sequence sequence in _arriving)
        {
            _planner.Add(sequence);
        }

        _planner.Plan(_plan);
        foreach (ref readonly PlannedChunk chunk in _plan.Chunks)
        {
            Sequence sequence = chunk.Sequence;
            sequence.Launch(chunk, 0);
            if (chunk.Samples)
            {
                sequence.Append(sequence.Length);
                if (sequence.IsComplete)
                {
                    _planner.Remove(sequence);
                    _finished++;
                    _promptTokens += sequence.PromptLength;
                    _cachedTokens += sequence.CachedTokens ?? 0;
                }
            }
        }
    }

    private void MakeArrivals()
    {
        for (int missing = _setting.Waiting - _planner.WaitingCount; missing > 0 && _made < _setting.Admissions; missing--)
        {
            int[] template = _templates[_random.Next(_templates.Length)];
            int[] prompt = [.. template, .. Tokens(_setting.LongestOwn)];
            _arriving.Add(new Sequence($"{_made++}", prompt, _random.Next(_setting.LongestOutput / 4, _setting.LongestOutput + 1), ""));
        }
    }

    private int[] Tokens(int longest)
    {
        int[] tokens = new int[_random.Next(Math.Max(1, longest / 4), longest + 1)];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = _random.Next(100_000);
        }

        return tokens;
    }
}
