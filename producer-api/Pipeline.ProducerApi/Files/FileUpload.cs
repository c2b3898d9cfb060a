using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Ids;
using Pipeline.ProducerApi.Errors;
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
        MultipartReader parts = new(Boundary(request), request.Body, BufferSize);
        UploadForm form = new();
        using IncrementalHash fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        FileContentWriter? writer = null;
        try
        {
            while (await NextAsync(parts, cancellationToken) is { } part)
            {
                ContentDispositionHeaderValue disposition = Disposition(part);
                string name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                if (name != "file")
                {
                    form.Add(name, await ReadFieldAsync(part.Body, name, cancellationToken));
                    continue;
                }

                if (writer is not null)
                {
                    throw RequestException.Invalid("Only one file may be uploaded at a time.", "file");
                }

                writer = await FileContentWriter.BeginAsync(connection, NewFile(caller, disposition), cancellationToken);
                await CopyAsync(part.Body, writer, fingerprint, cancellationToken);
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

    private static string Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw RequestException.Invalid($"Invalid content type: expected 'multipart/form-data', but got '{request.ContentType}' instead.");
        }

        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length > 0 ? boundary : throw RequestException.Invalid("The multipart content type names no boundary.");
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader parts, CancellationToken cancellationToken)
    {
        try
        {
            return await parts.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Malformed(e);
        }
    }

    /// <summary>Name and file name, quoted or not; <c>filename*</c> as well.</summary>
    private static ContentDispositionHeaderValue Disposition(MultipartSection part) =>
        ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out ContentDispositionHeaderValue? disposition) && disposition.Name.HasValue
            ? disposition
            : throw RequestException.Invalid("A part of the multipart body has no name.");

    private StoredFile NewFile(Caller caller, ContentDispositionHeaderValue disposition)
    {
        string given = disposition.FileNameStar.HasValue
            ? disposition.FileNameStar.ToString()
            : HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
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

    private async Task CopyAsync(Stream body, FileContentWriter writer, IncrementalHash fingerprint, CancellationToken cancellationToken)
    {
        long most = options.Value.MaxFileBytes;
        JsonlSniffer sniffer = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await ReadAsync(body, buffer, cancellationToken) is int read and > 0)
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

    private static async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Malformed(e);
        }
    }

    private static async Task<string> ReadFieldAsync(Stream body, string name, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[LongestField];
        int length = 0;
        while (await ReadAsync(body, buffer.AsMemory(length), cancellationToken) is int read and > 0)
        {
            length += read;
            if (length == buffer.Length)
            {
                throw RequestException.Invalid($"The form field '{name}' is too long.", name);
            }
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    // BadHttpRequestException is an IOException too, but says better what it is about.
    private static bool IsMalformed(Exception e) => e is InvalidDataException or IOException and not BadHttpRequestException;

    private static RequestException Malformed(Exception e) => RequestException.Invalid($"The multipart body could not be read: {e.Message}");
}
