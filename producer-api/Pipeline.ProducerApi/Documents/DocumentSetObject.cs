using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Documents;

/// <summary>A set of documents as the API shows it. Its id is that of its batch, and <c>batch</c> is that batch.</summary>
internal sealed record DocumentSetObject(
    string Id,
    string Object,
    string Status,
    string Model,
    string Prompt,
    JsonElement? Schema,
    int MaxTokens,
    int Files,
    DocumentCounts Documents,
    IReadOnlyList<UnreadableDocument> Unreadable,
    long CreatedAt,
    long? ReadAt,
    BatchObject Batch)
{
    public static DocumentSetObject Of(DocumentSet set, Batch batch, DocumentCounts counts, IReadOnlyList<UnreadableDocument> unreadable)
    {
        BatchObject shown = BatchObject.Of(batch);
        return new(
            set.BatchId,
            "document_set",
            set.ReadAt is null && shown.Status == "validating" ? "reading" : shown.Status,
            set.Model,
            set.Prompt,
            set.Schema is null ? null : JsonElement.Parse(set.Schema),
            set.MaxTokens,
            set.Files,
            counts,
            unreadable,
            set.CreatedAt.ToUnix(),
            set.ReadAt.ToUnix(),
            shown);
    }
}

/// <summary>How many documents were found in the files, and how far they are; unreadable ones are of the total.</summary>
internal sealed record DocumentCounts(int Total, int Unreadable, int Completed, int Failed)
{
    public static readonly DocumentCounts None = new(0, 0, 0, 0);
}

/// <summary>A document that cannot be read, and why.</summary>
internal sealed record UnreadableDocument(string Document, string? Kind, string Code, string Message);
