using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Ids;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Files;

/// <summary>
/// Receives a multipart upload into the database as it arrives: memory holds a chunk of it, whatever its length. One
/// transaction; an upload that breaks off leaves nothing, and so does one that repeats an <c>Idempotency-Key</c>.
/// </summary>
internal sealed class FileUpload(NpgsqlDataSource dataSource, FirstAnswers answers, TimeProvider time, IOptions<ApiOptions> options)
{
    private const string Scope = "files";
    private const int BufferSize = 64 << 10;
    private const int LongestField = 16 << 10;

    public async Task<FileObject> ReceiveAsync(HttpRequest request, Caller caller)
    {
        string? key = IdempotentRequest.KeyOf(request);
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        MultipartForm parts = MultipartForm.Of(request);
        UploadForm form = new();
        using IncrementalHash fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        FileContentWriter? writer = null;
        try
        {
            while (await parts.NextAsync(cancellationToken) is { } part)
            {
                if (part.Name != "file")
                {
                    form.Add(part.Name, await part.ReadTextAsync(LongestField, cancellationToken));
                    continue;
                }

                if (writer is not null)
                {
                    throw RequestException.Invalid("Only one file may be uploaded at a time.", "file");
                }

                writer = await FileContentWriter.BeginAsync(connection, NewFile(caller, part.Filename ?? ""), cancellationToken);
                await CopyAsync(part, writer, fingerprint, cancellationToken);
            }

            StoredFile file = (writer ?? throw RequestException.MissingParameter("file")).File;
            file.Purpose = form.Purpose();
            file.ExpiresAt = file.CreatedAt + form.Life();
            await writer.CompleteAsync(cancellationToken);
            form.AddTo(fingerprint, file.Filename);
            FileObject answer = FileObject.Of(file);
            IdempotentRequest? once = key is null ? null : new IdempotentRequest(Scope, key, fingerprint.GetHashAndReset());
            if (!await answers.KeepAsync(connection, caller, once, answer, cancellationToken))
            {
                // Whether it is the same file is only known now that it is here.
                await transaction.RollbackAsync(cancellationToken);
                return (await answers.FindAsync<FileObject>(caller, once, cancellationToken))!;
            }

            await transaction.CommitAsync(cancellationToken);
            return answer;
        }
        finally
        {
            writer?.Dispose();
        }
    }

    private StoredFile NewFile(Caller caller, string given)
    {
        string name = new([.. given.Split('/', '\\')[^1].Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(255)]);
        return new StoredFile
        {
            Id = PublicIds.File(),
            TenantId = caller.TenantId,
            Purpose = UploadForm.BatchPurpose,
            Filename = name.Length > 0 ? name : "file",
            CreatedAt = time.GetUtcNow(),
        };
    }

    private async Task CopyAsync(MultipartForm.Part part, FileContentWriter writer, IncrementalHash fingerprint, CancellationToken cancellationToken)
    {
        long most = options.Value.MaxFileBytes;
        JsonlSniffer sniffer = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await part.ReadAsync(buffer, cancellationToken) is int read and > 0)
            {
                if (writer.Length + read > most)
                {
                    throw new RequestException(413, $"File is too large: a file of purpose 'batch' may have {most} bytes at most.", "file", "file_too_large");
                }

                sniffer.Feed(buffer.AsSpan(0, read));
                fingerprint.AppendData(buffer.AsSpan(0, read));
                await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        sniffer.Complete();
        if (!sniffer.Plausible)
        {
            throw RequestException.Invalid(writer.Length == 0
                ? "Invalid file format for Batch API: the file is empty. Must be .jsonl"
                : "Invalid file format for Batch API: no line is a JSON object. Must be .jsonl");
        }
    }
}
