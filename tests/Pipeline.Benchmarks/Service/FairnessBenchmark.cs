using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Service;

/// <summary><c>bench fairness</c>: how long a small batch takes alone, and behind a large one of another tenant; the echo has a fixed pace.</summary>
internal sealed class FairnessBenchmark : IBenchmark
{
    private const int SmallJobs = 100;
    private const int LineBytes = 300;

    /// <inheritdoc/>
    public string Name => "fairness";

    /// <inheritdoc/>
    public string Help => "A batch of 100 jobs alone, and behind another tenant's batch of 100,000, through the whole stack; an echo that takes a tenth of a second for a job, 8 at a time.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<int> large = BenchmarkCommand.Count("--jobs", 100_000, "Jobs of the large batch.", least: 10 * SmallJobs);
        Option<int> runs = BenchmarkCommand.Count("--runs", 5, "Times that the small batch is submitted, alone and behind.");
        return BenchmarkCommand.RunAsync(this, args, [large, runs], async (result, cancellationToken) =>
        {
            using RunningStack stack = new();
            using RunningStack small = await stack.NewTenantAsync("small", cancellationToken), other = await stack.NewTenantAsync("large", cancellationToken);
            await using NpgsqlDataSource rows = NpgsqlDataSource.Create(stack.Postgres);
            string file = await small.UploadAsync(new BatchFile(RunningStack.EchoModel, SmallJobs, LineBytes), cancellationToken);
            await RunAsync(small, rows, file, cancellationToken);
            SmallBatch[] alone = await RepeatAsync(result.GetRequiredValue(runs), small, rows, file, cancellationToken);

            int jobs = result.GetRequiredValue(large);
            string batch = await other.CreateAsync(await other.UploadAsync(new BatchFile(RunningStack.EchoModel, jobs, LineBytes), cancellationToken), cancellationToken);
            await other.WaitAsync(batch, status => status == "in_progress", cancellationToken);
            double pace = await PaceAsync(rows, batch, cancellationToken);
            SmallBatch[] behind = await RepeatAsync(result.GetRequiredValue(runs), small, rows, file, cancellationToken);
            await other.CancelAsync(batch, cancellationToken);

            FairnessFigures figures = FairnessFigures.Of(alone, behind, pace);
            Print(figures, jobs);
            Report.Write(Name, args, new { LargeJobs = jobs, SmallJobs, Alone = alone, Behind = behind, Figures = figures });
            return 0;
        });
    }

    private static async Task<SmallBatch[]> RepeatAsync(int times, RunningStack tenant, NpgsqlDataSource rows, string file, CancellationToken cancellationToken)
    {
        SmallBatch[] batches = new SmallBatch[times];
        for (int i = 0; i < times; i++)
        {
            batches[i] = await RunAsync(tenant, rows, file, cancellationToken);
        }

        return batches;
    }

    private static async Task<SmallBatch> RunAsync(RunningStack tenant, NpgsqlDataSource rows, string file, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string batch = await tenant.CreateAsync(file, cancellationToken);
        await tenant.WaitAsync(batch, status => status == "completed", cancellationToken);
        double seconds = watch.Elapsed.TotalSeconds;
        await using NpgsqlCommand command = rows.CreateCommand(
            """
            SELECT count(*) FROM slices o
            WHERE o.batch_id IS DISTINCT FROM $1 AND o.sent_at BETWEEN (SELECT min(created_at) FROM slices WHERE batch_id = $1) AND (SELECT max(sent_at) FROM slices WHERE batch_id = $1)
            """);
        command.Parameters.Add(new() { Value = batch });
        return new SmallBatch(seconds, (long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Jobs a second that the worker ends, over three seconds of the large batch alone.</summary>
    private static async Task<double> PaceAsync(NpgsqlDataSource rows, string batch, CancellationToken cancellationToken)
    {
        long before = await EndedAsync(rows, batch, cancellationToken);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken);
        return (await EndedAsync(rows, batch, cancellationToken) - before) / watch.Elapsed.TotalSeconds;
    }

    private static async Task<long> EndedAsync(NpgsqlDataSource rows, string batch, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = rows.CreateCommand("SELECT completed::bigint FROM batches WHERE id = $1");
        command.Parameters.Add(new() { Value = batch });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static void Print(FairnessFigures figures, int jobs)
    {
        Console.WriteLine($"{Machine.Here()}\n");
        Console.WriteLine($"A batch of {SmallJobs} jobs, from its creation to its files; the median of its runs.\n");
        Table table = new("", "seconds");
        table.Add("alone", $"{figures.AloneSeconds:F2}");
        table.Add($"behind another tenant's {jobs:N0} jobs", $"{figures.BehindSeconds:F2}");
        table.Add("a slice of 64 jobs at the worker's pace", $"{figures.SliceSeconds:F2}");
        table.Add("1.5 times alone, and a slice", $"{figures.AllowedSeconds:F2}");
        table.Write(Console.Out);
        Console.WriteLine($"\n{figures.Ratio:F2} times as long as alone. Slices of others that were sent between its creation and its last: {figures.MostSlicesBetween} at most.\n");
    }
}
