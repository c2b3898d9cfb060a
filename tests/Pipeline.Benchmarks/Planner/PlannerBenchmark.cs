using System.CommandLine;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Planner;

/// <summary><c>bench planner</c>: planner and cache alone, without a model.</summary>
internal sealed class PlannerBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "planner";

    /// <inheritdoc/>
    public string Help => "What planning costs the host: planner and block cache alone, over a million admissions.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        PlannerSetting standard = new();
        Option<int> admissions = BenchmarkCommand.Count("--admissions", standard.Admissions, "Sequences to run through.");
        Option<int> running = BenchmarkCommand.Count("--running", standard.Running, "Sequences that run at a time.");
        Option<int> waiting = BenchmarkCommand.Count("--waiting", standard.Waiting, "Sequences that wait at a time.");
        Option<int> blocks = BenchmarkCommand.Count("--blocks", standard.Blocks, "Blocks of the cache.");
        return BenchmarkCommand.RunAsync(this, args, [admissions, running, waiting, blocks], (result, _) =>
        {
            Machine.WarnUnlessQuiet();
            PlannerSetting setting = standard with
            {
                Admissions = result.GetRequiredValue(admissions), Running = result.GetRequiredValue(running),
                Waiting = result.GetRequiredValue(waiting), Blocks = result.GetRequiredValue(blocks),
            };
            PlannerFigures figures = new PlannerRun(setting).Run();
            Print(figures);
            Report.Write(Name, args, new { Setting = setting, Figures = figures });
            return Task.FromResult(0);
        });
    }

    private static void Print(PlannerFigures figures)
    {
        var table = new Table("figure", "value");
        table.Add("admissions", $"{figures.Admissions:N0}");
        table.Add("steps", $"{figures.Steps:N0}");
        table.Add("mean running", $"{figures.MeanRunning:F0}");
        table.Add("microseconds per sequence and step", $"{figures.MicrosecondsPerSequenceStep:F3}");
        table.Add("microseconds per step", $"{figures.MicrosecondsPerStep:F1}");
        table.Add("microseconds per step without an admission", $"{figures.MicrosecondsPerQuietStep:F1}");
        table.Add("bytes allocated per step, steady", $"{figures.BytesPerStep:F2}");
        table.Add("prompt tokens found in the cache", $"{100 * figures.HitRate:F1}%");
        table.Add("preemptions", $"{figures.Preemptions:N0}");
        Console.WriteLine($"{Machine.Here()}\n");
        table.Write(Console.Out);
    }
}
