using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Service;

/// <summary><c>bench ingest</c>: how fast a large batch file is taken in, and what of it stays in the API's memory.</summary>
internal sealed class IngestBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "ingest";

    /// <inheritdoc/>
    public string Help => "A large batch file uploaded, validated and enqueued, with and without a prefix plan: lines/s and the API's memory.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<int> lines = BenchmarkCommand.Count("--lines", 50_000, "Lines of the file.");
        Option<int> megabytes = BenchmarkCommand.Count("--megabytes", 200, "Length of the file.");
        Option<int> runs = BenchmarkCommand.Count("--runs", 3, "Times that each is done, in turns.");
        return BenchmarkCommand.RunAsync(this, args, [lines, megabytes, runs], async (result, cancellationToken) =>
        {
            using RunningStack stack = new();
            int count = result.GetRequiredValue(lines);
            int length = (int)((long)result.GetRequiredValue(megabytes) * 1_000_000 / count);
            // One small file each, so that nothing is measured that happens once: code compiled, a tokenizer loaded.
            foreach (string model in new[] { RunningStack.UnplannedModel, RunningStack.PlannedModel })
            {
                await RunAsync(stack, model, Math.Min(count, 500), length, cancellationToken);
            }

            List<IngestRow> rows = [];
            for (int run = 0; run < result.GetRequiredValue(runs); run++)
            {
                rows.Add(await RunAsync(stack, RunningStack.UnplannedModel, count, length, cancellationToken));
                rows.Add(await RunAsync(stack, RunningStack.PlannedModel, count, length, cancellationToken));
            }

            Print(rows, count, length);
            Report.Write(Name, args, new { Lines = count, BytesPerLine = length, Rows = rows });
            return 0;
        });
    }

    private static async Task<IngestRow> RunAsync(RunningStack stack, string model, int lines, int length, CancellationToken cancellationToken)
    {
        long before = stack.BeginMemory("api");
        double busy = stack.ProcessorSeconds("api");
        Stopwatch watch = Stopwatch.StartNew();
        string file = await stack.UploadAsync(new BatchFile(model, lines, length), cancellationToken);
        double uploaded = watch.Elapsed.TotalSeconds;
        string batch = await stack.CreateAsync(file, cancellationToken);
        JsonElement ended = await stack.WaitAsync(batch, status => status is not "validating", cancellationToken);
        double validated = watch.Elapsed.TotalSeconds - uploaded;
        IngestRow row = new(
            model == RunningStack.PlannedModel,
            uploaded,
            validated,
            lines / validated,
            stack.ProcessorSeconds("api") - busy,
            stack.MostMemory("api") - before,
            ended.GetProperty("request_counts").GetProperty("total").GetInt32());
        await stack.CancelAsync(batch, cancellationToken);
        using HttpResponseMessage deleted = await stack.Http.DeleteAsync("v1/files/" + file, cancellationToken);
        return row.Lines == lines ? row : throw new BenchmarkException($"{row.Lines} of {lines} lines were enqueued");
    }

    private static void Print(List<IngestRow> rows, int lines, int length)
    {
        Console.WriteLine($"{Machine.Here()}\n");
        Console.WriteLine($"{lines:N0} lines of {length:N0} bytes: uploaded, then validated and enqueued.\n");
        Table table = new("plan", "upload s", "validation s", "lines/s", "API processor s", "API grew by MB");
        foreach (IngestRow row in rows.OrderBy(row => row.Planned))
        {
            table.Add(row.Planned ? "yes" : "no", $"{row.UploadSeconds:F1}", $"{row.ValidationSeconds:F2}", $"{row.LinesPerSecond:N0}", $"{row.ProcessorSeconds:F1}", $"{row.GrowthBytes / 1e6:F0}");
        }

        table.Write(Console.Out);
        Console.WriteLine();
    }
}

/// <summary>One file taken in.</summary>
/// <param name="Planned">Whether its prompts were tokenized, and a plan made of them.</param>
/// <param name="UploadSeconds">Until the upload was answered.</param>
/// <param name="ValidationSeconds">From there until the batch was in progress, every job in its slice; to a tenth of a second.</param>
/// <param name="LinesPerSecond">Lines by those seconds.</param>
/// <param name="ProcessorSeconds">What the API computed, both parts together.</param>
/// <param name="GrowthBytes">What the API held at most beyond what it held before.</param>
/// <param name="Lines">Lines enqueued.</param>
internal sealed record IngestRow(
    bool Planned, double UploadSeconds, double ValidationSeconds, double LinesPerSecond, double ProcessorSeconds, long GrowthBytes, int Lines);
