using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Results;

namespace Pipeline.ProducerApi.Tests.Support;

/// <summary>Claims and commits as a worker does, by the same code; only the answers are the test's.</summary>
internal sealed class StandInWorker(NpgsqlDataSource dataSource, string model)
{
    private readonly string _id = "stand-in-" + Guid.NewGuid().ToString("N");
    private readonly SliceClaimer _claimer = new(dataSource);
    private readonly ResultCommitter _committer = new(dataSource);
    private bool _registered;

    /// <summary>Claims up to so many of the batch's queued jobs (or, without a batch, of the single jobs), and holds them.</summary>
    public async Task<List<ClaimedJob>> ClaimAsync(string? batchId, int atMost = int.MaxValue)
    {
        await RegisterAsync();
        List<ClaimedJob> jobs = [];
        foreach (long slice in await SlicesAsync(batchId))
        {
            jobs.AddRange((await _claimer.ClaimAsync(slice, _id, Math.Min(1000, atMost - jobs.Count), default)).Jobs);
        }

        return jobs;
    }

    /// <summary>Commits answers to jobs that were claimed: a status and a body for each.</summary>
    public Task AnswerAsync(IEnumerable<ClaimedJob> jobs, Func<ClaimedJob, (int Status, string Body)> answer) => _committer.CommitAsync(
        [.. jobs.Select(job =>
        {
            (int status, string body) = answer(job);
            return new FinishedAttempt
            {
                Job = job,
                Outcome = status == 200 ? AttemptOutcome.Completed : AttemptOutcome.Failed,
                Model = model,
                StatusCode = (short)status,
                RequestId = PublicIds.Request(),
                Body = body,
                Tokens = new AttemptTokens(10, 4, 5, 1) { Drafted = 3, Accepted = 2 },
                Seconds = new AttemptSeconds(0.5, 1, 2, 3) { PlainDecode = 3 },
                PricePerDeviceHour = 1200m,
                Currency = "USD",
            };
        })],
        default);

    public async Task AnswerAllAsync(string? batchId, Func<ClaimedJob, (int Status, string Body)> answer) =>
        await AnswerAsync(await ClaimAsync(batchId), answer);

    private async Task RegisterAsync()
    {
        if (_registered)
        {
            return;
        }

        await using NpgsqlCommand command = dataSource.CreateCommand(
            "INSERT INTO workers (id, host, process_id, model, device, started_at, heartbeat_at, busy_seconds) VALUES ($1, 'test', 1, $2, 'none', now(), now(), 0)");
        command.Parameters.Add(new() { Value = _id });
        command.Parameters.Add(new() { Value = model });
        await command.ExecuteNonQueryAsync();
        _registered = true;
    }

    private async Task<List<long>> SlicesAsync(string? batchId)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand("SELECT id FROM slices WHERE batch_id IS NOT DISTINCT FROM $1 ORDER BY id");
        command.Parameters.Add(new() { Value = (object?)batchId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        List<long> ids = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }
}
