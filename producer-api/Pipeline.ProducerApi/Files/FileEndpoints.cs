using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Files;

/// <summary><c>/v1/files</c>.</summary>
internal static class FileEndpoints
{
    private const int LongestPage = 10_000;

    public static void MapFiles(this IEndpointRouteBuilder v1, ApiOptions options)
    {
        RouteGroupBuilder files = v1.MapGroup("/files").WithTags("Files").RequireScope(KeyScopes.FilesRead, KeyScopes.FilesWrite);
        // A megabyte on top of the file for the rest of the form.
        files.MapPost("", UploadAsync)
            .WithMetadata(new RequestSizeLimitAttribute(options.MaxFileBytes + (1 << 20)))
            .RequireRateLimiting(FileExtensions.UploadLimit)
            .WithUploadForm("purpose", "expires_after[anchor]", "expires_after[seconds]")
            .WithSummary("Upload a file")
            .WithDescription("A JSON Lines file of at most 200 MB, with `purpose` `batch`. It lives 30 days, or `expires_after[seconds]` after its creation.");
        files.MapGet("", ListAsync).WithSummary("List files");
        files.MapGet("/{id}", GetAsync).WithSummary("Retrieve a file's description");
        files.MapGet("/{id}/content", ContentAsync)
            .Produces(StatusCodes.Status200OK, contentType: MediaTypeNames.Application.Octet)
            .WithSummary("Download a file's content");
        files.MapDelete("/{id}", DeleteAsync).WithSummary("Delete a file");
    }

    private static async Task<Ok<FileObject>> UploadAsync(HttpRequest request, Caller caller, FileUpload upload) =>
        TypedResults.Ok(await upload.ReceiveAsync(request, caller));

    private static async Task<Ok<ListReply<FileObject>>> ListAsync(
        Caller caller, PipelineDbContext context, CancellationToken cancellationToken, string? purpose = null, string? after = null, string order = "desc", int limit = LongestPage)
    {
        if (order is not ("asc" or "desc"))
        {
            throw RequestException.Invalid($"Invalid value: '{order}'. Supported values are: 'asc' and 'desc'.", "order", "invalid_value");
        }

        Paging.Check(limit, LongestPage);
        List<StoredFile> rows = await context.PageAsync(caller, purpose, after, order == "asc", limit, cancellationToken);
        return TypedResults.Ok(ListReply<FileObject>.Of(rows, limit, FileObject.Of, file => file.Id));
    }

    private static async Task<Ok<FileObject>> GetAsync(string id, Caller caller, PipelineDbContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(FileObject.Of(await context.GetFileAsync(caller, id, cancellationToken)));

    private static async Task ContentAsync(string id, Caller caller, PipelineDbContext context, NpgsqlDataSource dataSource, HttpResponse response)
    {
        CancellationToken cancellationToken = response.HttpContext.RequestAborted;
        StoredFile file = await context.GetFileAsync(caller, id, cancellationToken);
        response.ContentType = MediaTypeNames.Application.Octet;
        response.ContentLength = file.Bytes;
        ContentDispositionHeaderValue disposition = new("attachment");
        disposition.SetHttpFileName(file.Filename);
        response.Headers.ContentDisposition = disposition.ToString();
        await using FileContentStream content = new(dataSource, file.Id, file.Bytes);
        await content.CopyToAsync(response.Body, cancellationToken);
    }

    private static async Task<Ok<DeletedFile>> DeleteAsync(string id, Caller caller, PipelineDbContext context, CancellationToken cancellationToken) =>
        await context.Files.Where(f => f.Id == id && f.TenantId == caller.TenantId).ExecuteDeleteAsync(cancellationToken) == 0
            ? throw RequestException.NoSuchFile(id)
            : TypedResults.Ok(new DeletedFile("file", true, id));
}
