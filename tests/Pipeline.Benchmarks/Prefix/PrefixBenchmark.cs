using System.CommandLine;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Prefix;

/// <summary><c>bench prefix</c>: how much of what prompts share is computed more than once, and whether the plan knew.</summary>
internal sealed class PrefixBenchmark : IBenchmark
{
    private const double WithEnough = 1.05;
    private const double WithLittle = 1.5;
    private const double PointsMissed = 5;

    /// <inheritdoc/>
    public string Name => "prefix";

    /// <inheritdoc/>
    public string Help => "Prompt tokens computed against the least possible, for a shuffled file of many templates.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        var standard = new PrefixSetting { Model = "llama-tiny" };
        Option<string> model = BenchmarkCommand.Option("--model", standard.Model, "A model directory, or the name of a shape.");
        Option<int> jobs = BenchmarkCommand.Count("--jobs", standard.Jobs, "Prompts.");
        Option<int> templates = BenchmarkCommand.Count("--templates", standard.Templates, "Templates of 200 to 400 tokens, each used as often as the others.");
        Option<int> output = BenchmarkCommand.Count("--output", standard.Output, "Tokens generated for each prompt.");
        Option<int> running = BenchmarkCommand.Count("--running", standard.Running, "Jobs that the engine runs at a time.");
        Option<int> waiting = BenchmarkCommand.Count("--waiting", standard.Waiting, "Jobs that the engine is given beyond those.", least: 0);
        Option<int> threads = BenchmarkCommand.Count("--threads", standard.Threads, "Threads of the CPU.");
        return BenchmarkCommand.RunAsync(this, args, [model, jobs, templates, output, running, waiting, threads], (result, _) =>
        {
            PrefixSetting setting = standard with
            {
                Model = result.GetRequiredValue(model), Jobs = result.GetRequiredValue(jobs), Templates = result.GetRequiredValue(templates),
                Output = result.GetRequiredValue(output), Running = result.GetRequiredValue(running), Waiting = result.GetRequiredValue(waiting),
                Threads = result.GetRequiredValue(threads),
            };
            return Task.FromResult(Run(setting, args));
        });
    }

    private int Run(PrefixSetting setting, string[] args)
    {
        string directory = RandomModel.Find(setting.Model);
        var workload = new PrefixWorkload(setting, ModelConfigReader.Read(directory).VocabularySize);
        int enough = workload.Everything(setting), little = workload.WorkingSet / 5;
        PrefixRow[] rows =
        [
            PrefixRun.Run(setting, directory, workload, planned: true, enough, WithEnough),
            PrefixRun.Run(setting, directory, workload, planned: false, enough, WithEnough),
            PrefixRun.Run(setting, directory, workload, planned: true, little, WithLittle),
            PrefixRun.Run(setting, directory, workload, planned: false, little, WithLittle),
        ];
        Print(setting, workload, rows);
        Report.Write(Name, args, new { Setting = setting, workload.WorkingSet, workload.SharedBlocks, workload.OwnBlocks, Rows = rows });
        return 0;
    }

    private static void Print(PrefixSetting setting, PrefixWorkload workload, PrefixRow[] rows)
    {
        Console.WriteLine($"{Machine.Here()}\n");
        Console.WriteLine(
            $"{setting.Jobs} jobs of {setting.Templates} templates, shuffled: {workload.Plan.Prediction.PromptTokens:N0} prompt tokens, "
            + $"of which {workload.Plan.Prediction.PrefillTokens:N0} have to be computed.");
        Console.WriteLine(
            $"Working set: {workload.WorkingSet:N0} blocks: {workload.SharedBlocks:N0} that the templates fill, and {workload.OwnBlocks} more for each of "
            + $"{setting.Running} running jobs. Enough is room for all that is ever computed, little a fifth of the working set.\n");
        var table = new Table(
            "cache and order", "blocks", "computed", "over least", "at most", "hit rate", "plan said", "missed by", "at most", "strict LRU", "preempted", "seconds", "held");
        foreach (PrefixRow row in rows)
        {
            table.Add(
                $"{(row.Limit > WithEnough ? "little" : "enough")}, {row.Order}'s order", $"{row.Blocks:N0}", $"{row.Computed:N0}", $"{row.OverLeast:F3}", $"{row.Limit:F2}",
                $"{100 * row.Measured.HitRate:F1}%", $"{100 * row.Predicted.HitRate:F1}%", $"{row.Missed:F1}", $"{PointsMissed:F0}",
                $"{100 * row.Simulated.HitRate:F1}%", $"{row.Preemptions:N0}", $"{row.Seconds:F1}", row.OverLeast <= row.Limit && row.Missed <= PointsMissed ? "yes" : "no");
        }

        table.Write(Console.Out);
    }
}
