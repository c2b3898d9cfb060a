using System.Diagnostics;

namespace Pipeline.Benchmarks.Machines;

/// <summary>Times a piece of work done by several threads at once.</summary>
internal static class ThreadRace
{
    /// <summary>Runs the work on every thread, several times, and takes the best.</summary>
    /// <returns>The seconds from the common start to the end of the slowest thread.</returns>
    public static double BestSeconds(int threads, int repetitions, Action<int> work)
    {
        double best = double.MaxValue;
        long start = 0;
        using var line = new Barrier(threads, _ =>
        {
            best = start == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            start = Stopwatch.GetTimestamp();
        });
        Thread[] racers = [.. Enumerable.Range(0, threads).Select(id => new Thread(() =>
        {
            line.SignalAndWait();
            for (int repetition = 0; repetition < repetitions; repetition++)
            {
                work(id);
                line.SignalAndWait();
            }
        }))];
        Array.ForEach(racers, racer => racer.Start());
        Array.ForEach(racers, racer => racer.Join());
        return best;
    }
}
