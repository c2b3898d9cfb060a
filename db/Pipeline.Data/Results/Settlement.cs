using Npgsql;
using Pipeline.Data.Budgets;
using Pipeline.Data.Claims;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;

namespace Pipeline.Data.Results;

/// <summary>
/// The second half of every transaction that ends jobs: their slices are closed or returned, their batches counted, those
/// who wait are notified. The order of locks is the same everywhere: jobs, slices, batches, each by id, and last the months of tenants.
/// </summary>
internal static class Settlement
{
    public static async Task SettleAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<SettledJob> jobs, bool returnSlices, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection, transaction);
        long[] requeued = Slices(jobs.Where(job => job.State == JobState.Queued));
        long[] touched = Slices(jobs);
        // All of them first: those that are returned are locked then, and two transactions cannot hold some that the other wants.
        if (touched.Length > 0)
        {
            SliceStates.AddClose(batch, touched);
        }

        if (returnSlices && requeued.Length > 0)
        {
            SliceStates.AddReturn(batch, requeued);
        }

        long[] answered = [.. jobs.Where(job => job.State is JobState.Completed or JobState.Failed).Select(job => job.Id)];
        if (answered.Length > 0)
        {
            WebhookOutbox.AddJobs(batch, answered);
        }

        IReadOnlyList<BatchTally> tallies = BatchTally.Of(jobs);
        if (tallies.Count > 0)
        {
            BatchTally.AddTo(batch, tallies);
        }

        TenantMonths.AddTo(batch, jobs);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static long[] Slices(IEnumerable<SettledJob> jobs) => [.. jobs.Select(job => job.SliceId).OfType<long>().Distinct().Order()];
}
