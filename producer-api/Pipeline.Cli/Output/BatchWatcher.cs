using Pipeline.Cli.Api;
using Spectre.Console;

namespace Pipeline.Cli.Output;

/// <summary>Follows a batch to its end: a progress bar on a terminal, a line per change elsewhere.</summary>
/// <param name="client">The API.</param>
/// <param name="console">Where the bar goes, if it is a terminal: standard error, so that standard output stays for programs.</param>
/// <param name="lines">Where lines go: standard error too, but never wrapped.</param>
/// <param name="time">Times what is left, and the pauses where the connection breaks.</param>
internal sealed class BatchWatcher(PipelineClient client, IAnsiConsole console, TextWriter lines, TimeProvider time)
{
    /// <returns>The exit code: 0 only for a completed batch.</returns>
    public async Task<int> WatchAsync(string id, CancellationToken cancellationToken)
    {
        BatchView batch = console.Profile.Capabilities.Interactive
            ? await WithBarAsync(id, cancellationToken)
            : await FollowAsync(id, LineWriter(), cancellationToken);
        Summarize(batch, await client.GetCostAsync(id, cancellationToken));
        if (await client.FindDocumentSetAsync(id, cancellationToken) is { } set)
        {
            Summarize(set);
        }

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
                    progress =>
                    {
                        bar.MaxValue = Math.Max(1, progress.RequestCounts.Total);
                        bar.Value = progress.RequestCounts.Done;
                        bar.Description = Describe(progress);
                    },
                    cancellationToken);
            });

    private Action<ProgressView> LineWriter()
    {
        string last = "";
        return progress =>
        {
            string now = Describe(progress);
            if (now != last)
            {
                lines.WriteLine(last = now);
            }
        };
    }

    private string Describe(ProgressView progress)
    {
        CountsView counts = progress.RequestCounts;
        string left = progress.EstimatedFinishAt is { } at && at > time.GetUtcNow().ToUnixTimeSeconds()
            ? $", {TimeSpan.FromSeconds(at - time.GetUtcNow().ToUnixTimeSeconds()):d\\.hh\\:mm\\:ss} left" : "";
        return $"{progress.Status} {counts.Done}/{counts.Total}" + (counts.Failed > 0 ? $", {counts.Failed} failed" : "") + left;
    }

    private async Task<BatchView> FollowAsync(string id, Action<ProgressView> show, CancellationToken cancellationToken)
    {
        BatchView? batch = null;
        Insistence insistence = new(time);
        await insistence.InsistAsync(
            async () =>
            {
                await foreach (ProgressView progress in client.FollowAsync(id, cancellationToken))
                {
                    insistence.Heard();
                    show(progress);
                }

                batch = await client.GetBatchAsync(id, cancellationToken);
                if (!batch.HasEnded)
                {
                    throw new UnreachableException("the stream of events ended before the batch");
                }
            },
            cancellationToken);
        return batch!;
    }

    /// <summary>What could not be read; a batch that failed of it has said so already.</summary>
    private void Summarize(DocumentSetView set)
    {
        DocumentCountsView counts = set.Documents;
        if (counts.Unreadable == 0 || counts.Unreadable == counts.Total)
        {
            return;
        }

        lines.WriteLine($"{counts.Unreadable} of {counts.Total} documents cannot be read");
        ErrorList.Write(lines, [.. set.Unreadable.Select(document => new ErrorView(document.Code, null, $"{document.Document}: {document.Message}", null))]);
    }

    private void Summarize(BatchView batch, CostView cost)
    {
        lines.WriteLine(
            $"batch {batch.Id} {batch.Status}: {batch.Counts.Completed} completed, {batch.Counts.Failed} failed of {batch.Counts.Total}; "
            + $"{batch.Usage?.InputTokens ?? 0} tokens in, {batch.Usage?.OutputTokens ?? 0} out");
        if (cost is { Cost: > 0 })
        {
            lines.WriteLine($"  cost {MoneyText.Amount(cost.Cost, cost.Currency)}" + (cost.MaxCost is { } cap ? $" of at most {MoneyText.Amount(cap, cost.Currency)}" : ""));
        }

        ErrorList.Write(lines, batch.Errors?.Data ?? []);
    }
}
