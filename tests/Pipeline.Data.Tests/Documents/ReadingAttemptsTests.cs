using Pipeline.Data.Documents;
using Pipeline.Testing;

namespace Pipeline.Data.Tests.Documents;

public sealed class ReadingAttemptsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task An_upload_that_readers_die_in_twice_is_passed_over_and_no_other()
    {
        string id = await AddSetAsync();
        // The first one dies unseen, the next two where they have noted it.
        Assert.True(await (await BeginAsync(id)).MayReadAsync(1, default));
        for (int death = 0; death < 2; death++)
        {
            ReadingAttempts attempt = await BeginAsync(id);
            Assert.True(await attempt.MayReadAsync(0, default));
            Assert.True(await attempt.MayReadAsync(1, default));
        }

        ReadingAttempts last = await BeginAsync(id);
        Assert.True(await last.MayReadAsync(0, default));
        Assert.False(await last.MayReadAsync(1, default));
        Assert.True(await last.MayReadAsync(2, default));
    }

    [Fact]
    public async Task Who_breaks_off_alive_blames_nobody()
    {
        string id = await AddSetAsync();
        for (int i = 0; i < 5; i++)
        {
            ReadingAttempts attempt = await BeginAsync(id);
            Assert.True(await attempt.MayReadAsync(0, default));
            await attempt.EndAsync();
        }
    }

    private async Task<ReadingAttempts> BeginAsync(string id)
    {
        ReadingAttempts attempt = new(database.DataSource, id);
        await attempt.BeginAsync(default);
        return attempt;
    }

    private async Task<string> AddSetAsync()
    {
        string id = await database.Require().AddBatchAsync("m", ["a"]);
        await database.ExecuteAsync(
            """
            INSERT INTO document_sets (batch_id, tenant_id, prompt, model, max_tokens, rows_are_documents, files, created_at, read_attempts, deadly_uploads)
            SELECT id, tenant_id, 'p', 'm', 1, false, 3, now(), 0, '{}' FROM batches WHERE id = $1
            """,
            id);
        return id;
    }
}
