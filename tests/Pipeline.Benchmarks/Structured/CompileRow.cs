using System.Diagnostics;
using Pipeline.Engine;
using Pipeline.Engine.Grammar;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Benchmarks.Structured;

/// <summary>What it costs to make a constraint, and its first masks.</summary>
/// <param name="Name">What outputs have to be like.</param>
/// <param name="CompileMilliseconds">Time to compile it.</param>
/// <param name="FirstMaskMicroseconds">Time of the first mask: nothing is known of the state yet.</param>
/// <param name="NextMaskMicroseconds">Time of the same mask for the next sequence.</param>
internal sealed record CompileRow(string Name, double CompileMilliseconds, double FirstMaskMicroseconds, double NextMaskMicroseconds)
{
    /// <summary>Measures one, each time with a cache that knows nothing.</summary>
    public static CompileRow Measure(string name, StructuredOutput output, Tokenizer tokenizer, int times)
    {
        List<CompileRow> runs = [];
        uint[] mask = new uint[(tokenizer.VocabularySize + 31) / 32];
        // One more run, which is not counted, pays for what .NET compiles.
        for (int i = 0; i <= times; i++)
        {
            var constraints = new OutputConstraints(tokenizer, tokenizer.EndTokens, TimeProvider.System);
            OutputConstraint made = constraints.Get(output, out double seconds);
            double first = Time(made.Begin(), mask), next = Time(made.Begin(), mask);
            runs.Add(new CompileRow(name, 1e3 * seconds, 1e6 * first, 1e6 * next));
        }

        return runs[1..].OrderBy(run => run.CompileMilliseconds).ElementAt(times / 2);
    }

    private static double Time(ITokenConstraint constraint, uint[] mask)
    {
        long start = Stopwatch.GetTimestamp();
        constraint.WriteMask(mask);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
