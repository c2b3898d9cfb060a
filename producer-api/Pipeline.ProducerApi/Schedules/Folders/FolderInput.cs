using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Documents;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Schedules.Running;

namespace Pipeline.ProducerApi.Schedules.Folders;

/// <summary>
/// A folder of documents, of which each run takes what is new: files whose name it has not seen, or whose content is another. What
/// was taken is remembered in the transaction that makes the batch, so that nothing is left out or taken twice.
/// </summary>
internal sealed class FolderInput(
    DocumentIntake intake, DocumentForm form, FolderDirectory folders, TimeProvider time, IOptions<FolderOptions> options, IOptions<DocumentOptions> limits) : IRunInput
{
    private const int NamesAtATime = 1000;

    public Task CheckAsync(PipelineDbContext context, Schedule schedule, CancellationToken cancellationToken) =>
        folders.FindAsync(context, schedule.TenantId, ScheduleFields.FolderOf(Asked(schedule)), cancellationToken);

    public async Task<MadeBatch?> MakeAsync(PipelineDbContext context, Schedule schedule, ScheduleRun run, CancellationToken cancellationToken)
    {
        JsonElement asked = Asked(schedule);
        DocumentTask task = ScheduleFields.ReadDocuments(asked, form);
        string folder = await folders.FindAsync(context, schedule.TenantId, ScheduleFields.FolderOf(asked), cancellationToken);
        SeenFiles seen = new((NpgsqlConnection)context.Database.GetDbConnection(), schedule.Id);
        await using DocumentSubmission submission = intake.Within(context, new Caller(schedule.TenantId, ApiKeyRole.User));
        Taking taking = new(submission, limits.Value);
        await foreach ((FoundFile file, byte[]? hash) in NewAsync(folder, seen, cancellationToken))
        {
            await taking.TakeAsync(file, hash, cancellationToken);
        }

        await seen.SaveAsync(taking.Seen, run.Id, cancellationToken);
        return taking.Count == 0
            ? taking.Left is { } nothing ? throw RequestException.Invalid(nothing, ScheduleFields.Folder, "left_over") : null
            : new MadeBatch((await submission.AddBatchAsync(task, cancellationToken)).Batch.Id, taking.Count, taking.Left);
    }

    private static JsonElement Asked(Schedule schedule) => JsonElement.Parse(schedule.Documents!);

    /// <summary>Files that were not seen as they are now; with the hash that was seen under their name, if there was one.</summary>
    private async IAsyncEnumerable<(FoundFile File, byte[]? Hash)> NewAsync(
        string folder, SeenFiles seen, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long settled = time.GetUtcNow().AddSeconds(-options.Value.SettleSeconds).UtcTicks;
        foreach (FoundFile[] files in Found(folder).Where(file => file.ModifiedAt <= settled).Chunk(NamesAtATime))
        {
            Dictionary<string, ScheduleDocument> known = await seen.FindAsync([.. files.Select(file => file.Name)], cancellationToken);
            foreach (FoundFile file in files)
            {
                ScheduleDocument? before = known.GetValueOrDefault(file.Name);
                if (before is null || before.Size != file.Size || before.ModifiedAt != file.ModifiedAt)
                {
                    yield return (file, before?.Hash);
                }
            }
        }
    }

    private static List<FoundFile> Found(string folder)
    {
        try
        {
            return [.. FoundFile.In(folder).OrderBy(file => file.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RequestException.Invalid($"The folder cannot be read: {e.Message}", ScheduleFields.Folder, "folder_unreadable");
        }
    }

    /// <summary>What a run takes, within the limits of a submission.</summary>
    private sealed class Taking(DocumentSubmission submission, DocumentOptions limits)
    {
        private const int Named = 3;

        private readonly List<(string Name, string Why)> _left = [];
        private long _bytes;

        /// <summary>Files as they were seen: those taken, and those that were only touched.</summary>
        public List<(FoundFile File, byte[] Hash)> Seen { get; } = [];

        /// <summary>Files taken.</summary>
        public int Count { get; private set; }

        /// <summary>Which were left, in words; <see langword="null"/> if none was.</summary>
        public string? Left => _left.Count == 0 ? null
            : $"{_left.Count} files are left for the next run: {string.Join(", ", _left.Take(Named).Select(left => $"'{left.Name}' ({left.Why})"))}{(_left.Count > Named ? ", ..." : ".")}";

        public async Task TakeAsync(FoundFile file, byte[]? before, CancellationToken cancellationToken)
        {
            string? why = file.Name.Length > FoundFile.LongestName ? "its name is too long"
                : file.Size > limits.MaxUploadBytes ? "it is too large"
                : Count == limits.MaxUploads || _bytes + file.Size > limits.MaxUploadBytes ? "the batch is full"
                : null;
            if (why is not null)
            {
                _left.Add((file.Name, why));
                return;
            }

            await using FileStream? stream = Open(file);
            // Read once before anything is written: a file that cannot be read is left, and the others go on.
            if (stream is null || await HashAsync(stream, cancellationToken) is not { } hash)
            {
                _left.Add((file.Name, "it cannot be read"));
                return;
            }

            Seen.Add((file, hash));
            if (before is null || !hash.AsSpan().SequenceEqual(before))
            {
                stream.Position = 0;
                await submission.AddAsync(file.Name, stream, cancellationToken);
                Count++;
                _bytes += file.Size;
            }

            if (!file.IsUnchanged(stream))
            {
                throw new FileChangedException(file.Name);
            }
        }

        private static FileStream? Open(FoundFile file)
        {
            try
            {
                return file.Open();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        private static async Task<byte[]?> HashAsync(FileStream stream, CancellationToken cancellationToken)
        {
            try
            {
                return await SHA256.HashDataAsync(stream, cancellationToken);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }
}
