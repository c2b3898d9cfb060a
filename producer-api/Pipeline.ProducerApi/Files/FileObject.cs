using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Files;

/// <summary>OpenAI's file object; every key is always there.</summary>
internal sealed record FileObject(
    string Object, string Id, string Purpose, string Filename, long Bytes, long CreatedAt, long? ExpiresAt, string Status, string? StatusDetails)
{
    public static FileObject Of(StoredFile file) => new(
        "file", file.Id, file.Purpose, file.Filename, file.Bytes, file.CreatedAt.ToUnix(), file.ExpiresAt.ToUnix(), "processed", null);
}

/// <summary>What a deletion answers.</summary>
internal sealed record DeletedFile(string Object, bool Deleted, string Id);
