using System.Text.Json;
using Pipeline.ProducerApi.Batches;

namespace Pipeline.ProducerApi.Documents;

/// <summary>What is asked of every document of a submission, checked.</summary>
/// <param name="Prompt">The instruction; it comes before the document's text, so that all prompts begin alike.</param>
/// <param name="Model">The model that answers.</param>
/// <param name="Schema">The JSON schema of the answers, as text; <see langword="null"/> for answers in any form.</param>
/// <param name="MaxTokens">Longest answer, in tokens; <see langword="null"/> for <see cref="DefaultMaxTokens"/>.</param>
/// <param name="RowsAreDocuments">Whether each row of a CSV file is a document of its own.</param>
/// <param name="Batch">The batch to make of it: window, priority, metadata, webhook. Its input file is named here, and written when the documents are read.</param>
internal sealed record DocumentTask(string Prompt, string Model, string? Schema, int? MaxTokens, bool RowsAreDocuments, CreateBatchRequest Batch)
{
    /// <summary>The longest answer where nobody says: enough for an extraction or a summary, and room for two in a small context.</summary>
    public const int DefaultMaxTokens = 256;

    /// <summary>All of it as text: two tasks are the same if these are.</summary>
    public string ToFingerprint() => JsonSerializer.Serialize(this);
}
