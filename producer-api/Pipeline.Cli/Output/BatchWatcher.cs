using Pipeline.Cli.Api;
using Spectre.Console;

namespace Pipeline.Cli.Output;

/// <summary>Follows a batch to its end: a progress bar on a terminal, a line per change elsewhere.</summary>
/// <param name="client">The API.</param>
/// <param name="console">Where the bar goes, if it is a terminal: standard error, so that standard output stays for programs.</param>
/// <param name="lines">Where lines go: standard error too, but never wrapped.</param>
/// <param name="time">Times the polls.</param>
internal sealed class BatchWatcher(PipelineClient client, IAnsiConsole console, TextWriter lines, TimeProvider time)
{
    private const int MostErrors = 20;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>The exit code: 0 only for a completed batch.</returns>
    public async Task<int> WatchAsync(string id, CancellationToken cancellationToken)
    {
        BatchView batch = console.Profile.Capabilities.Interactive
            ? await WithBarAsync(id, cancellationToken)
            : await FollowAsync(id, LineWriter(), cancellationToken);
        Summarize(batch);
        return batch.Status == "completed" ? ExitCodes.Success : ExitCodes.NotCompleted;
    }

    private Task<BatchView> WithBarAsync(string id, CancellationToken cancellationToken) =>
        console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(progress =>
            {
                ProgressTask bar = progress.AddTask("waiting", maxValue: 1);
                return FollowAsync(
                    id,
                    batch =>
                    {
                        bar.MaxValue = Math.Max(1, batch.Counts.Total);
                        bar.Value = batch.Counts.Done;
                        bar.Description = Describe(batch);
                    },
                    cancellationToken);
            });

    private Action<BatchView> LineWriter()
    {
        string last = "";
        return batch =>
        {
            string now = Describe(batch);
            if (now != last)
            {
                lines.WriteLine(last = now);
            }
        };
    }

    private static string Describe(BatchView batch) =>
        $"{batch.Status} {batch.Counts.Done}/{batch.Counts.Total}" + (batch.Counts.Failed > 0 ? $", {batch.Counts.Failed} failed" : "");

    private async Task<BatchView> FollowAsync(string id, Action<BatchView> show, CancellationToken cancellationToken)
    {
        long heard = time.GetTimestamp();
        while (true)
        {
            try
            {
                BatchView batch = await client.GetBatchAsync(id, cancellationToken);
                heard = time.GetTimestamp();
                show(batch);
                if (batch.HasEnded)
                {
                    return batch;
                }
            }
            catch (UnreachableException) when (time.GetElapsedTime(heard) < Patience)
            {
                // A restart of the API is no reason to stop watching; the batch goes on without it.
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    private void Summarize(BatchView batch)
    {
        lines.WriteLine(
            $"batch {batch.Id} {batch.Status}: {batch.Counts.Completed} completed, {batch.Counts.Failed} failed of {batch.Counts.Total}; "
            + $"{batch.Usage?.InputTokens ?? 0} tokens in, {batch.Usage?.OutputTokens ?? 0} out");
        IReadOnlyList<ErrorView> errors = batch.Errors?.Data ?? [];
        foreach (ErrorView error in errors.Take(MostErrors))
        {
            lines.WriteLine($"  {(error.Line is { } line ? $"line {line}: " : "")}{error.Message} ({error.Code})");
        }

        if (errors.Count > MostErrors)
        {
            lines.WriteLine($"  and {errors.Count - MostErrors} more");
        }
    }
}
