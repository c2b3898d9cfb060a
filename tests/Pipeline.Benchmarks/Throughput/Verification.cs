namespace Pipeline.Benchmarks.Throughput;

/// <summary>Holds the engine's tokens against the peer's.</summary>
internal static class Verification
{
    /// <summary>Prints of each case in how many jobs they agree, and where the others part.</summary>
    /// <returns>Whether all agree.</returns>
    public static bool Print(IEnumerable<CaseResult> results, TextWriter output) => results.Select(result => Print(result, output)).ToArray().All(same => same);

    /// <summary>The same of one case.</summary>
    public static bool Print(CaseResult result, TextWriter output)
    {
        int[][] engine = result.Engine[0].Outputs!, peer = result.Peer[0].Outputs!;
        int equal = 0;
        foreach ((int job, int[] tokens) in engine.Index())
        {
            int same = tokens.AsSpan().CommonPrefixLength(peer[job]);
            if (same == tokens.Length && same == peer[job].Length)
            {
                equal++;
            }
            else
            {
                output.WriteLine($"job {job}: the first {same} tokens are equal, then {tokens.ElementAtOrDefault(same)} against {peer[job].ElementAtOrDefault(same)}");
            }
        }

        output.WriteLine(
            $"{result.Case.Name}: {equal} of {engine.Length} jobs: the same {result.Case.Workload.Output} tokens from the engine and from {result.Peer[0].Who}; "
            + $"{engine.SelectMany(tokens => tokens).Distinct().Count()} different tokens");
        return equal == engine.Length;
    }
}
