using System.Diagnostics;
using Pipeline.Engine;
using Pipeline.Engine.Grammar;

namespace Pipeline.Benchmarks.Structured;

/// <summary>A constraint that adds up the time spent in it. One thread at a time, as the engine is.</summary>
internal sealed class TimedConstraint(OutputConstraint inner) : OutputConstraint
{
    private long _ticks;

    /// <summary>Seconds spent in all sequences' constraints.</summary>
    public double Seconds => (double)_ticks / Stopwatch.Frequency;

    /// <summary>Masks written.</summary>
    public long Masks { get; private set; }

    /// <inheritdoc/>
    internal override ITokenConstraint Begin() => new Timed(this, inner.Begin());

    private sealed class Timed(TimedConstraint all, ITokenConstraint inner) : ITokenConstraint
    {
        public void WriteMask(Span<uint> mask)
        {
            long start = Stopwatch.GetTimestamp();
            inner.WriteMask(mask);
            all._ticks += Stopwatch.GetTimestamp() - start;
            all.Masks++;
        }

        public bool Accept(int token)
        {
            long start = Stopwatch.GetTimestamp();
            bool accepted = inner.Accept(token);
            all._ticks += Stopwatch.GetTimestamp() - start;
            return accepted;
        }

        public void Rollback(int count)
        {
            long start = Stopwatch.GetTimestamp();
            inner.Rollback(count);
            all._ticks += Stopwatch.GetTimestamp() - start;
        }

        public void AddForced(List<int> tokens, int most)
        {
            long start = Stopwatch.GetTimestamp();
            inner.AddForced(tokens, most);
            all._ticks += Stopwatch.GetTimestamp() - start;
        }
    }
}
