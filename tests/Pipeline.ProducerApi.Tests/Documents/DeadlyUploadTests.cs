using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Ids;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Documents;

public sealed class DeadlyUploadTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_file_that_two_readers_have_died_of_is_reported_and_the_others_are_read()
    {
        ApiClient api = fixture.Require();
        string id = await AddSetAsync(api, deadly: [0, 0], "deadly.pdf", "fine.txt");
        await api.WaitAsync(id, "in_progress");
        JsonElement[] lines = await api.DocumentLinesAsync(id);
        Assert.Equal([("deadly.pdf", "unreadable"), ("fine.txt", "in_progress")], lines.Select(line => (line.Text("document"), line.Text("status"))));
        Assert.Contains("died", lines[0].GetProperty("error").Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_deleted_before_it_was_read_is_reported_and_the_others_are_read()
    {
        ApiClient api = fixture.Require();
        string id = await AddSetAsync(api, deadly: [], "", "fine.txt");
        await api.WaitAsync(id, "in_progress");
        JsonElement[] lines = await api.DocumentLinesAsync(id);
        Assert.Equal(["unreadable", "in_progress"], lines.Select(line => line.Text("status")));
        Assert.Contains("deleted", lines[0].GetProperty("error").Text("message"), StringComparison.Ordinal);
    }

    /// <summary>A set as a submission leaves it, and its readers; a file without a name is one that is gone.</summary>
    private async Task<string> AddSetAsync(ApiClient api, int[] deadly, params string[] names)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await using PipelineDbContext context = fixture.Database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync();
        Batch batch = new()
        {
            Id = PublicIds.Batch(), TenantId = api.TenantId, Endpoint = ApiClient.Chat, InputFileId = PublicIds.File(), CompletionWindow = "24h",
            Status = BatchStatus.Validating, CreatedAt = now, ExpiresAt = now.AddDays(1),
        };
        context.Batches.Add(batch);
        context.DocumentSets.Add(new DocumentSet
        {
            BatchId = batch.Id, TenantId = api.TenantId, Prompt = "p", Model = api.Model, MaxTokens = 9, Files = names.Length, CreatedAt = now,
            ReadAttempts = 3, DeadlyUploads = deadly,
        });
        foreach ((int number, string name) in names.Index())
        {
            StoredFile file = new() { Id = PublicIds.File(), TenantId = api.TenantId, Purpose = "documents", Filename = name, CreatedAt = now };
            context.DocumentUploads.Add(new DocumentUpload { BatchId = batch.Id, Number = number, Name = name.Length > 0 ? name : "gone.txt", FileId = file.Id });
            if (name.Length > 0)
            {
                using FileContentWriter writer = await FileContentWriter.BeginAsync((NpgsqlConnection)context.Database.GetDbConnection(), file, default);
                await writer.WriteAsync(Encoding.UTF8.GetBytes("text"), default);
                await writer.CompleteAsync(default);
            }
        }

        await context.SaveChangesAsync();
        await transaction.CommitAsync();
        return batch.Id;
    }
}
