using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Service;

/// <summary><c>bench end-to-end</c>: jobs through API, RabbitMQ, an echoing worker and PostgreSQL, each a process of its own.</summary>
internal sealed class EndToEndBenchmark : IBenchmark
{
    /// <summary>The most that one batch takes.</summary>
    private const int LargestBatch = 50_000;

    private static readonly string[] Parts = ["api", "worker-1", "scheduler"];

    /// <inheritdoc/>
    public string Name => "end-to-end";

    /// <inheritdoc/>
    public string Help => "Jobs through API, RabbitMQ, worker and PostgreSQL with an echo for a model, beside what the broker and COPY alone reach.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args)
    {
        Option<string> sizes = BenchmarkCommand.Option("--jobs", "5000,50000,500000", "How many jobs, several sizes by commas; 500000 is ten batches.");
        Option<int> length = BenchmarkCommand.Count("--bytes", 600, "Length of a line.");
        Option<int> runs = BenchmarkCommand.Count("--runs", 2, "Times that each size is done.");
        return BenchmarkCommand.RunAsync(this, args, [sizes, length, runs], async (result, cancellationToken) =>
        {
            using RunningStack stack = new();
            int[] counts = [.. result.GetRequiredValue(sizes).Split(',').Select(size => int.TryParse(size, out int count) && count > 0
                ? count : throw new BenchmarkException($"--jobs: '{size}' is no number of jobs"))];
            int bytes = result.GetRequiredValue(length);
            await RunAsync(stack, 1_000, bytes, cancellationToken);
            List<EndToEndRow> rows = [];
            for (int run = 0; run < result.GetRequiredValue(runs); run++)
            {
                foreach (int count in counts)
                {
                    rows.Add(await RunAsync(stack, count, bytes, cancellationToken));
                }
            }

            double copied = await CopyRate.MeasureAsync(stack.Postgres, LargestBatch, bytes, cancellationToken);
            double messages = await BrokerRate.MeasureAsync(stack.RabbitMq, LargestBatch, cancellationToken);
            Print(rows, bytes, copied, messages);
            Report.Write(Name, args, new { BytesPerLine = bytes, Rows = rows, CopyJobsPerSecond = copied, BrokerMessagesPerSecond = messages });
            return 0;
        });
    }

    private static async Task<EndToEndRow> RunAsync(RunningStack stack, int jobs, int length, CancellationToken cancellationToken)
    {
        List<string> files = [];
        for (int left = jobs; left > 0; left -= LargestBatch)
        {
            files.Add(await stack.UploadAsync(new BatchFile(RunningStack.EchoModel, Math.Min(left, LargestBatch), length), cancellationToken));
        }

        double[] busy = [.. Parts.Select(stack.ProcessorSeconds)];
        long[] held = [.. Parts.Select(stack.BeginMemory)];
        Stopwatch watch = Stopwatch.StartNew();
        List<string> batches = [];
        foreach (string file in files)
        {
            batches.Add(await stack.CreateAsync(file, cancellationToken));
        }

        double validated = 0;
        foreach (string batch in batches)
        {
            await stack.WaitAsync(batch, status => status is not "validating", cancellationToken);
            validated = watch.Elapsed.TotalSeconds;
        }

        foreach (string batch in batches)
        {
            await stack.WaitAsync(batch, status => status is "completed", cancellationToken);
        }

        double seconds = watch.Elapsed.TotalSeconds;
        await CheckAsync(stack.Postgres, batches, jobs, cancellationToken);
        return new EndToEndRow(
            jobs,
            validated,
            seconds,
            jobs / seconds,
            Parts.Zip(busy).ToDictionary(part => part.First, part => stack.ProcessorSeconds(part.First) - part.Second),
            Parts.Zip(held).ToDictionary(part => part.First, part => stack.MostMemory(part.First) - part.Second));
    }

    /// <summary>Every job has one result and one entry in the ledger.</summary>
    private static async Task CheckAsync(string postgres, List<string> batches, int jobs, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource dataSource = NpgsqlDataSource.Create(postgres);
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            SELECT (SELECT count(*) FROM job_results r JOIN jobs j ON j.id = r.job_id WHERE j.batch_id = ANY($1) AND r.status_code = 200),
                   (SELECT count(*) FROM job_costs WHERE batch_id = ANY($1) AND outcome = 'completed')
            """);
        command.Parameters.Add(new() { Value = batches.ToArray() });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        (long results, long costs) = (reader.GetInt64(0), reader.GetInt64(1));
        if (results != jobs || costs != jobs)
        {
            throw new BenchmarkException($"{jobs} jobs have {results} results and {costs} entries in the ledger");
        }
    }

    private static void Print(List<EndToEndRow> rows, int length, double copied, double messages)
    {
        Console.WriteLine($"{Machine.Here()}\n");
        Console.WriteLine($"Lines of {length:N0} bytes, uploaded before; from the creation of the batches to their output files, results and costs committed.\n");
        Table table = new("jobs", "validated s", "in all s", "jobs/s", "API processor s", "worker processor s", "API grew by MB", "worker grew by MB");
        foreach (EndToEndRow row in rows.OrderBy(row => row.Jobs))
        {
            table.Add(
                $"{row.Jobs:N0}",
                $"{row.ValidatedSeconds:F1}",
                $"{row.Seconds:F1}",
                $"{row.JobsPerSecond:N0}",
                $"{row.ProcessorSeconds["api"]:F1}",
                $"{row.ProcessorSeconds["worker-1"]:F1}",
                $"{row.GrowthBytes["api"] / 1e6:F0}",
                $"{row.GrowthBytes["worker-1"] / 1e6:F0}");
        }

        table.Write(Console.Out);
        Console.WriteLine($"\nCOPY of jobs and bodies alone: {copied:N0} jobs/s.");
        Console.WriteLine($"Slices published and consumed alone: {messages:N0} messages/s, of {BrokerRate.JobsPerSlice} jobs each {messages * BrokerRate.JobsPerSlice:N0} jobs/s.\n");
    }
}

/// <summary>Jobs that went through.</summary>
/// <param name="Jobs">How many.</param>
/// <param name="ValidatedSeconds">From the creation until all batches were in progress.</param>
/// <param name="Seconds">From the creation until all batches were completed; to a tenth of a second.</param>
/// <param name="JobsPerSecond">Jobs by those seconds.</param>
/// <param name="ProcessorSeconds">What each of our processes computed.</param>
/// <param name="GrowthBytes">What each of them held at most beyond what it held before.</param>
internal sealed record EndToEndRow(
    int Jobs, double ValidatedSeconds, double Seconds, double JobsPerSecond, Dictionary<string, double> ProcessorSeconds, Dictionary<string, long> GrowthBytes);
