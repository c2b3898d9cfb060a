using System.Text.Json;
using Pipeline.Data.Documents;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Documents.Merging;

namespace Pipeline.ProducerApi.Documents.Results;

/// <summary>What became of a document, as its results tell it.</summary>
/// <param name="Document">Its name.</param>
/// <param name="Kind">Its format.</param>
/// <param name="Status"><c>completed</c>, <c>failed</c>, <c>unreadable</c>, <c>cancelled</c>, <c>expired</c>, or <c>in_progress</c>.</param>
/// <param name="Pages">Its pages, where it has such.</param>
/// <param name="Parts">Parts that it was split into.</param>
/// <param name="Result">The answer, where it is JSON and a schema was asked for.</param>
/// <param name="Text">The answer as the model wrote it.</param>
/// <param name="Usage">Tokens of all its jobs so far.</param>
/// <param name="Cost">What all its jobs have cost so far.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Error">Why there is no answer.</param>
internal sealed record DocumentLine(
    string Document,
    string? Kind,
    string Status,
    int? Pages,
    int Parts,
    JsonElement? Result,
    string? Text,
    DocumentUsage? Usage,
    decimal? Cost,
    string? Currency,
    DocumentError? Error)
{
    /// <param name="document">The document.</param>
    /// <param name="hasSchema">Whether a schema was asked for.</param>
    /// <param name="batchHasEnded">Whether its batch has: what has no answer then gets none.</param>
    public static DocumentLine Of(DocumentResult document, bool hasSchema, bool batchHasEnded)
    {
        string? text = document.Answer is { Succeeded: true, Body: { } body } ? ChatAnswer.Of(body) : null;
        DocumentError? error = ErrorOf(document);
        return new(
            document.Name,
            document.Kind,
            StatusOf(document, batchHasEnded),
            document.Pages,
            document.Parts,
            hasSchema && text is not null ? Json(text) : null,
            text,
            document.Bill is { } bill ? new(bill.PromptTokens, bill.CachedTokens, bill.CompletionTokens) : null,
            document.Bill?.Cost,
            document.Bill?.Currency,
            error);
    }

    private static string StatusOf(DocumentResult document, bool batchHasEnded) =>
        document.ErrorCode is not null ? "unreadable"
        : document.Answer is null ? batchHasEnded ? "cancelled" : "in_progress"
        : document.Answer.State switch
        {
            JobState.Completed => "completed",
            JobState.Failed => "failed",
            JobState.Cancelled => "cancelled",
            JobState.Expired => "expired",
            _ => "in_progress",
        };

    private static DocumentError? ErrorOf(DocumentResult document) =>
        document.ErrorCode is { } code ? new(code, document.ErrorMessage ?? "It cannot be read.")
        : document.Answer is not { } answer || answer.Succeeded || !answer.State.IsFinal() ? null
        : answer.Body is { } body && Json(body) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
            ? new(TextOf(error, "code"), TextOf(error, "message") ?? "The request failed.")
        : new(answer.ErrorCode ?? (answer.State == JobState.Expired ? "batch_expired" : answer.State == JobState.Cancelled ? "batch_cancelled" : null), answer.ErrorMessage ?? "There is no answer.");

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Json(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            // Cut off at its longest, say: the text is there as it is.
            return null;
        }
    }

    private static JsonElement? Json(byte[] text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Tokens of a document's jobs.</summary>
internal sealed record DocumentUsage(long PromptTokens, long CachedTokens, long CompletionTokens);

/// <summary>Why a document has no answer.</summary>
internal sealed record DocumentError(string? Code, string Message);
