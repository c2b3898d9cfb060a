using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Documents;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Data.Tests.Documents;

public sealed class WaitingMergesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_held_merge_is_nobodys_to_claim_until_one_of_two_who_look_has_released_it()
    {
        string id = await AddDocumentInPartsAsync();
        Slice slice = Assert.Single(await database.SlicesAsync(id));
        await database.AddWorkerAsync("w");
        SliceClaimer claimer = new(database.DataSource);
        Assert.Equal(2, (await claimer.ClaimAsync(slice.Id, "w", 10, default)).Jobs.Count);
        Assert.Empty((await WaitingMerges.ReadyAsync(database.DataSource, 10, default))[id]);

        await AnswerPartsAsync(id);
        Assert.Equal([0], (await WaitingMerges.ReadyAsync(database.DataSource, 10, default))[id]);
        await using NpgsqlConnection first = await database.DataSource.OpenConnectionAsync();
        await using NpgsqlConnection second = await database.DataSource.OpenConnectionAsync();
        await using NpgsqlTransaction winning = await first.BeginTransactionAsync();
        await using NpgsqlTransaction losing = await second.BeginTransactionAsync();
        WaitingMerge merge = Assert.Single(await WaitingMerges.LockAsync(first, id, [0], default));
        Assert.Equal(["line-1", "line-2"], merge.Answers.Select(answer => answer.CustomId));
        Assert.Empty(await WaitingMerges.LockAsync(second, id, [0], default));
        await MergeRelease.CommitAsync(first, [new(id, 0, merge.JobId, """{"merged":true}""", null)], default);
        await winning.CommitAsync();
        Assert.Empty(await WaitingMerges.LockAsync(second, id, [0], default));
        await losing.RollbackAsync();

        Assert.Empty((await WaitingMerges.ReadyAsync(database.DataSource, 10, default))[id]);
        Slice released = (await database.SlicesAsync(id))[^1];
        Assert.Equal((1, SliceState.Pending), (released.JobCount, released.State));
        ClaimedJob claimed = Assert.Single((await claimer.ClaimAsync(released.Id, "w", 10, default)).Jobs);
        Assert.Equal((merge.JobId, """{"merged":true}"""), (claimed.Id, claimed.Body));
    }

    [Fact]
    public async Task Merges_of_a_batch_that_is_no_longer_in_progress_are_left_alone()
    {
        string id = await AddDocumentInPartsAsync();
        await AnswerPartsAsync(id);
        await database.ExecuteAsync("UPDATE batches SET status = 'cancelling' WHERE id = $1", id);
        Assert.Empty((await WaitingMerges.ReadyAsync(database.DataSource, 10, default))[id]);
    }

    private Task<int> AnswerPartsAsync(string id) => database.ExecuteAsync("UPDATE jobs SET state = 2 WHERE batch_id = $1 AND slice_id IS NOT NULL", id);

    /// <summary>A running batch of one document in two parts, the answering job of which is held.</summary>
    private async Task<string> AddDocumentInPartsAsync()
    {
        string id = await database.Require().AddBatchAsync("m", ["a", "b"]);
        await database.ExecuteAsync(
            """
            INSERT INTO document_sets (batch_id, tenant_id, prompt, model, max_tokens, rows_are_documents, files, created_at, read_at, read_attempts, deadly_uploads)
            SELECT id, tenant_id, 'p', 'm', 1, false, 1, now(), now(), 1, '{}' FROM batches WHERE id = $1
            """,
            id);
        await using NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync();
        await DocumentBulkWriter.WriteAsync(connection, [new Document { BatchId = id, Name = "a.txt", Parts = 2, Line = 3, WaitsForLevel = 0 }], default);
        await DocumentBulkWriter.WriteAsync(
            connection,
            [new DocumentJob { BatchId = id, Line = 1, Level = 0 }, new DocumentJob { BatchId = id, Line = 2, Level = 0 }, new DocumentJob { BatchId = id, Line = 3 }],
            default);
        Assert.Equal(1, await HeldMerges.AddAsync(connection, id, "m", default));
        return id;
    }
}
