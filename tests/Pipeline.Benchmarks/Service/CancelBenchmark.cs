using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Service;

/// <summary>
/// <c>bench cancel</c>: how soon a cancelled batch leaves the engine. A job is no longer running in the database when the engine has
/// dropped its sequence and what it took is in the ledger, so that the figure is what the engine takes and a commit.
/// </summary>
internal sealed class CancelBenchmark : IBenchmark
{
    private const string Model = "bench-cancel";
    private const int Jobs = 500;
    private const int Tokens = 900;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc/>
    public string Name => "cancel";

    /// <inheritdoc/>
    public string Help => "From the call that cancels a batch until the engine has dropped all its sequences, with the model that ships or $PIPELINE_MODEL.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<int> runs = BenchmarkCommand.Count("--runs", 10, "Batches that are cancelled.");
        return BenchmarkCommand.RunAsync(this, args, [runs], async (result, cancellationToken) =>
        {
            using RunningStack stack = new();
            await using NpgsqlDataSource rows = NpgsqlDataSource.Create(stack.Postgres);
            string file = await stack.UploadAsync(new LongAnswersFile(Model, Jobs, Tokens), cancellationToken);
            CancelledBatch[] batches = new CancelledBatch[result.GetRequiredValue(runs)];
            for (int i = 0; i < batches.Length; i++)
            {
                batches[i] = await RunAsync(stack, rows, file, cancellationToken);
            }

            Print(batches);
            Report.Write(Name, args, new { Jobs, Tokens, Batches = batches });
            return 0;
        });
    }

    private static async Task<CancelledBatch> RunAsync(RunningStack stack, NpgsqlDataSource rows, string file, CancellationToken cancellationToken)
    {
        string batch = await stack.CreateAsync(file, cancellationToken);
        int running = 0;
        // Until the engine is full: no more has been claimed than a look before.
        for (int before = -1; running == 0 || running != before; await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken))
        {
            before = running;
            running = await RunningAsync(rows, batch, cancellationToken);
        }

        Stopwatch watch = Stopwatch.StartNew();
        await stack.BeginCancelAsync(batch, cancellationToken);
        double answered = watch.Elapsed.TotalSeconds;
        while (await RunningAsync(rows, batch, cancellationToken) > 0)
        {
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }

        double dropped = watch.Elapsed.TotalSeconds;
        await stack.WaitForCancelledAsync(batch, cancellationToken);
        return new CancelledBatch(running, answered, dropped, watch.Elapsed.TotalSeconds);
    }

    private static async Task<int> RunningAsync(NpgsqlDataSource rows, string batch, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = rows.CreateCommand("SELECT count(*)::int FROM jobs WHERE batch_id = $1 AND state = 1");
        command.Parameters.Add(new() { Value = batch });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static void Print(CancelledBatch[] batches)
    {
        Console.WriteLine($"{Machine.Here()}\n");
        Console.WriteLine($"Batches of {Jobs} jobs of {Tokens} tokens each, cancelled while the engine is full of them. Seconds from the call.\n");
        Table table = new("jobs in the engine", "call answered", "sequences dropped", "batch cancelled");
        foreach (CancelledBatch batch in batches)
        {
            table.Add($"{batch.Running}", $"{batch.AnsweredSeconds:F3}", $"{batch.DroppedSeconds:F3}", $"{batch.CancelledSeconds:F2}");
        }

        table.Write(Console.Out);
        Console.WriteLine($"\nAt most {batches.Max(batch => batch.DroppedSeconds):F2} s until the engine is free of them.\n");
    }
}

/// <summary>A batch that was cancelled.</summary>
/// <param name="Running">Jobs that the worker had claimed when it was.</param>
/// <param name="AnsweredSeconds">Until the call was answered.</param>
/// <param name="DroppedSeconds">Until none of them ran and their costs were committed.</param>
/// <param name="CancelledSeconds">Until the batch was cancelled, with its files; to a tenth of a second.</param>
internal sealed record CancelledBatch(int Running, double AnsweredSeconds, double DroppedSeconds, double CancelledSeconds);
