using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;

namespace Pipeline.Data.Results;

/// <summary>What a group of ended jobs adds to the counters of one batch.</summary>
internal sealed class BatchTally(string batchId)
{
    private readonly List<long> _jobIds = [];

    public string BatchId { get; } = batchId;

    /// <summary>Jobs that reached a final state.</summary>
    public int Ended => _jobIds.Count;

    public int Completed { get; private set; }

    public int Failed { get; private set; }

    public bool Expired { get; private set; }

    public long PromptTokens { get; private set; }

    public long CachedTokens { get; private set; }

    public long CompletionTokens { get; private set; }

    public long ReasoningTokens { get; private set; }

    public decimal Cost { get; private set; }

    /// <summary>Sums up jobs by batch, in the order of batch ids: the last locks a transaction takes, always in this order.</summary>
    public static IReadOnlyList<BatchTally> Of(IEnumerable<SettledJob> jobs)
    {
        SortedDictionary<string, BatchTally> tallies = new(StringComparer.Ordinal);
        foreach (SettledJob job in jobs)
        {
            if (job.BatchId is not null && job.State.IsFinal())
            {
                if (!tallies.TryGetValue(job.BatchId, out BatchTally? tally))
                {
                    tallies.Add(job.BatchId, tally = new BatchTally(job.BatchId));
                }

                tally.Add(job);
            }
        }

        return [.. tallies.Values];
    }

    /// <summary>
    /// Adds the statements that update the counters and write down which jobs ended. A batch in progress whose last job has
    /// ended starts finalizing; the finalizer is told of every batch that has none left.
    /// </summary>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<BatchTally> tallies)
    {
        string[] ids = [.. tallies.Select(t => t.BatchId)];
        batch.BatchCommands.Add(new("SELECT 1 FROM batches WHERE id = ANY($1) ORDER BY id COLLATE \"C\" FOR NO KEY UPDATE") { Parameters = { new() { Value = ids } } });
        batch.BatchCommands.Add(new(
            $"""
            WITH counted AS (
                UPDATE batches b SET
                    remaining = b.remaining - t.ended,
                    ended = b.ended + t.ended,
                    completed = b.completed + t.completed,
                    failed = b.failed + t.failed,
                    prompt_tokens = b.prompt_tokens + t.prompt,
                    cached_tokens = b.cached_tokens + t.cached,
                    completion_tokens = b.completion_tokens + t.completion,
                    reasoning_tokens = b.reasoning_tokens + t.reasoning,
                    cost = b.cost + t.cost,
                    status = CASE WHEN b.status = ANY($9) AND b.remaining = t.ended THEN $10 ELSE b.status END,
                    finalizing_at = CASE WHEN b.status = ANY($9) AND b.remaining = t.ended THEN now() ELSE b.finalizing_at END,
                    outcome = CASE WHEN b.status = ANY($9) AND b.remaining = t.ended THEN t.outcome ELSE b.outcome END
                FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $11, $14) AS t(id, ended, completed, failed, prompt, cached, completion, reasoning, outcome, cost)
                WHERE b.id = t.id
                RETURNING b.id, b.remaining, b.ended - t.ended AS first),
            listed AS (
                INSERT INTO endings (batch_id, first, job_ids, ended_at)
                SELECT c.id, c.first, array_agg(j.job_id ORDER BY j.n), clock_timestamp()
                FROM counted c JOIN unnest($12, $13) WITH ORDINALITY AS j(batch_id, job_id, n) ON j.batch_id = c.id
                GROUP BY c.id, c.first)
            SELECT pg_notify('{NotificationChannels.Progress}', id), CASE WHEN remaining = 0 THEN pg_notify('{NotificationChannels.Batches}', id) END FROM counted
            """)
        {
            Parameters =
            {
                new() { Value = ids },
                new() { Value = tallies.Select(t => t.Ended).ToArray() },
                new() { Value = tallies.Select(t => t.Completed).ToArray() },
                new() { Value = tallies.Select(t => t.Failed).ToArray() },
                new() { Value = tallies.Select(t => t.PromptTokens).ToArray() },
                new() { Value = tallies.Select(t => t.CachedTokens).ToArray() },
                new() { Value = tallies.Select(t => t.CompletionTokens).ToArray() },
                new() { Value = tallies.Select(t => t.ReasoningTokens).ToArray() },
                new() { Value = Transitions.SourcesOf(BatchStatus.Finalizing) },
                new() { Value = BatchStatus.Finalizing.ToName() },
                new() { Value = tallies.Select(t => (t.Expired ? BatchStatus.Expired : BatchStatus.Completed).ToName()).ToArray() },
                new() { Value = tallies.SelectMany(t => Enumerable.Repeat(t.BatchId, t.Ended)).ToArray() },
                new() { Value = tallies.SelectMany(t => t._jobIds).ToArray() },
                new() { Value = tallies.Select(t => t.Cost).ToArray() },
            },
        });
    }

    private void Add(in SettledJob job)
    {
        _jobIds.Add(job.Id);
        Completed += job.State == JobState.Completed ? 1 : 0;
        Failed += job.State == JobState.Failed ? 1 : 0;
        Expired |= job.State == JobState.Expired;
        PromptTokens += job.Tokens.Prompt;
        CachedTokens += job.Tokens.Cached;
        CompletionTokens += job.Tokens.Completion;
        ReasoningTokens += job.Tokens.Reasoning;
        Cost += job.Cost;
    }
}
