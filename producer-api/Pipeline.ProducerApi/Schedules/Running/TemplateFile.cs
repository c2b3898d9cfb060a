using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Ids;
using Pipeline.Data.Schedules;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Schedules.Running;

/// <summary>The input file of a schedule, of which each run gets a copy with its placeholders filled in.</summary>
internal sealed class TemplateFile(NpgsqlDataSource dataSource, BatchCreation batches, TimeProvider time) : IRunInput
{
    // As long as an upload's.
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>Throws unless the file is the tenant's and its placeholders are known.</summary>
    public async Task CheckAsync(PipelineDbContext context, Schedule schedule, CancellationToken cancellationToken) =>
        await RenderAsync(context, schedule, Placeholders.Of("", schedule.CreatedAt, TimeZoneInfo.Utc), static (_, _) => Task.CompletedTask, cancellationToken);

    public async Task<MadeBatch?> MakeAsync(PipelineDbContext context, Schedule schedule, ScheduleRun run, CancellationToken cancellationToken)
    {
        CreateBatchRequest request = ScheduleFields.ReadBatch(JsonElement.Parse(schedule.Batch!));
        string inputFileId = await WriteAsync(context, schedule, run, cancellationToken);
        Caller caller = new(schedule.TenantId, ApiKeyRole.User);
        return new MadeBatch((await batches.AddAsync(context, caller, request with { InputFileId = inputFileId }, cancellationToken)).Id);
    }

    /// <summary>Writes the run's copy in the context's transaction.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="RequestException">The file is gone, or has a placeholder that is not known.</exception>
    private async Task<string> WriteAsync(PipelineDbContext context, Schedule schedule, ScheduleRun run, CancellationToken cancellationToken)
    {
        TimeZoneInfo zone = Recurrence.TryParse(schedule.Cron, schedule.TimeZone, out Recurrence? recurrence, out string? complaint)
            ? recurrence.Zone
            : throw RequestException.Invalid(complaint, "time_zone", "invalid_value");
        DateTimeOffset now = time.GetUtcNow();
        StoredFile copy = new()
        {
            Id = PublicIds.File(),
            TenantId = schedule.TenantId,
            Purpose = Files.UploadForm.BatchPurpose,
            Filename = $"{run.Id}.jsonl",
            CreatedAt = now,
            ExpiresAt = now + Life,
        };
        using FileContentWriter writer = await FileContentWriter.BeginAsync((NpgsqlConnection)context.Database.GetDbConnection(), copy, cancellationToken);
        await RenderAsync(context, schedule, Placeholders.Of(run.Id, run.ScheduledAt, zone), writer.WriteAsync, cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        return copy.Id;
    }

    private async Task RenderAsync(
        PipelineDbContext context, Schedule schedule, Placeholders placeholders, Func<ReadOnlyMemory<byte>, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        StoredFile file = await context.Files.AsNoTracking()
            .FirstOrDefaultAsync(f => f.Id == schedule.InputFileId && f.TenantId == schedule.TenantId, cancellationToken) ?? throw NoFile(schedule);
        try
        {
            await using FileContentStream content = new(dataSource, file.Id, file.Bytes);
            await placeholders.FillAsync(content, write, cancellationToken);
        }
        catch (EndOfStreamException)
        {
            // Deleted while it was read.
            throw NoFile(schedule);
        }
    }

    private static RequestException NoFile(Schedule schedule) =>
        RequestException.Invalid($"No such File object: {schedule.InputFileId}", ScheduleFields.InputFile, "file_not_found");
}
