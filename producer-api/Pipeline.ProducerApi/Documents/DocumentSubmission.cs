using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Ids;
using Pipeline.Data.Notifications;
using Pipeline.Documents.Safety;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Documents;

/// <summary>
/// A submission of documents on its way into the database: one transaction. Disposed before it is complete, it leaves nothing.
/// Not for concurrent use.
/// </summary>
/// <param name="context">Where the transaction is.</param>
/// <param name="own">The transaction, if it is the submission's own; <see langword="null"/> within another's, who then commits and disposes.</param>
/// <param name="caller">Whose documents they are.</param>
/// <param name="creation">Makes the batch.</param>
/// <param name="answers">Keeps first answers.</param>
/// <param name="time">Dates the rows.</param>
/// <param name="limits">How much it may be.</param>
internal sealed class DocumentSubmission(
    PipelineDbContext context,
    IDbContextTransaction? own,
    Caller caller,
    BatchCreation creation,
    FirstAnswers answers,
    TimeProvider time,
    DocumentOptions limits) : IAsyncDisposable
{
    private const string Purpose = "documents";
    private const int BufferSize = 64 << 10;

    // Read and deleted within minutes; what was never read goes with other files past their time.
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    private readonly IncrementalHash _fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<(string Name, string FileId)> _uploads = [];
    private long _bytes;

    /// <summary>Adds a file: a document, a message, or an archive of such.</summary>
    /// <param name="name">Its name, with folders where it has some; made safe (<see cref="SafeNames"/>).</param>
    /// <param name="content">Its content, read to its end.</param>
    /// <param name="cancellationToken">Gives up; the submission is then to be disposed.</param>
    /// <exception cref="RequestException">There are too many files, or they are too large.</exception>
    public Task AddAsync(string name, Stream content, CancellationToken cancellationToken) =>
        AddAsync(name, content.ReadAsync, cancellationToken);

    /// <inheritdoc cref="AddAsync(string, Stream, CancellationToken)"/>
    /// <param name="name">Its name.</param>
    /// <param name="read">Reads what is there of its content; 0 at its end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(string name, Func<Memory<byte>, CancellationToken, ValueTask<int>> read, CancellationToken cancellationToken)
    {
        if (_uploads.Count == limits.MaxUploads)
        {
            throw new RequestException(413, $"Too many files: a submission may have {limits.MaxUploads} at most. An archive counts as one.", "files", "too_many_files");
        }

        string safe = SafeNames.Of(name);
        using FileContentWriter writer = await FileContentWriter.BeginAsync(Connection, NewFile(safe), cancellationToken);
        AddToFingerprint(safe);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await read(buffer, cancellationToken) is int length and > 0)
            {
                if ((_bytes += length) > limits.MaxUploadBytes)
                {
                    throw new RequestException(413, $"The files are too large: a submission may have {limits.MaxUploadBytes} bytes at most.", "files", "file_too_large");
                }

                _fingerprint.AppendData(buffer, 0, length);
                await writer.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await writer.CompleteAsync(cancellationToken);
        _uploads.Add((safe, writer.File.Id));
    }

    /// <summary>Makes the batch; its documents are read from now on.</summary>
    /// <param name="task">What is asked of them.</param>
    /// <param name="key">The <c>Idempotency-Key</c>; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The set; under a key that was used before for the same files and task, the first one made, and nothing new.</returns>
    /// <exception cref="RequestException">There is no file, or the key was used for something else.</exception>
    public async Task<DocumentSetObject> CompleteAsync(DocumentTask task, string? key, CancellationToken cancellationToken)
    {
        IDbContextTransaction transaction = own ?? throw new InvalidOperationException("Who owns the transaction completes it.");
        (Batch batch, DocumentSet set) = await AddBatchAsync(task, cancellationToken);
        DocumentSetObject answer = DocumentSetObject.Of(set, batch, DocumentCounts.None, []);
        IdempotentRequest? once = key is null ? null : new IdempotentRequest(DocumentIntake.Scope, key, Fingerprint(task));
        if (!await answers.KeepAsync(Connection, caller, once, answer, cancellationToken))
        {
            // Whether they are the same files is only known now that they are here.
            await transaction.RollbackAsync(cancellationToken);
            return (await answers.FindAsync<DocumentSetObject>(caller, once, cancellationToken))!;
        }

        await transaction.CommitAsync(cancellationToken);
        return answer;
    }

    /// <summary>Makes the batch in the transaction: its documents are read when that is committed.</summary>
    /// <exception cref="RequestException">There is no file.</exception>
    public async Task<(Batch Batch, DocumentSet Set)> AddBatchAsync(DocumentTask task, CancellationToken cancellationToken)
    {
        if (_uploads.Count == 0)
        {
            throw RequestException.MissingParameter("files");
        }

        Batch batch = await creation.AddAsync(context, caller, task.Batch, cancellationToken);
        DocumentSet set = NewSet(batch, task);
        context.DocumentSets.Add(set);
        context.DocumentUploads.AddRange(_uploads.Select((upload, i) => new DocumentUpload
        {
            BatchId = batch.Id, Number = i, Name = upload.Name, FileId = upload.FileId,
        }));
        await context.SaveChangesAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Documents}, {batch.Id})", cancellationToken);
        return (batch, set);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _fingerprint.Dispose();
        if (own is not null)
        {
            await own.DisposeAsync();
            await context.DisposeAsync();
        }
    }

    private NpgsqlConnection Connection => (NpgsqlConnection)context.Database.GetDbConnection();

    private StoredFile NewFile(string name)
    {
        DateTimeOffset now = time.GetUtcNow();
        return new StoredFile { Id = PublicIds.File(), TenantId = caller.TenantId, Purpose = Purpose, Filename = name, CreatedAt = now, ExpiresAt = now + Life };
    }

    private DocumentSet NewSet(Batch batch, DocumentTask task) => new()
    {
        BatchId = batch.Id,
        TenantId = caller.TenantId,
        Prompt = task.Prompt,
        Model = task.Model,
        Schema = task.Schema,
        MaxTokens = task.MaxTokens ?? DocumentTask.DefaultMaxTokens,
        RowsAreDocuments = task.RowsAreDocuments,
        Files = _uploads.Count,
        CreatedAt = batch.CreatedAt,
        DeadlyUploads = [],
    };

    /// <summary>What two submissions are told apart by: files, their names, and the task; the name of the file to be written is made up anew each time.</summary>
    private byte[] Fingerprint(DocumentTask task)
    {
        AddToFingerprint((task with { Batch = task.Batch with { InputFileId = "" } }).ToFingerprint());
        return _fingerprint.GetHashAndReset();
    }

    private void AddToFingerprint(string text)
    {
        _fingerprint.AppendData(Encoding.UTF8.GetBytes(text));
        _fingerprint.AppendData([0]);
    }
}
