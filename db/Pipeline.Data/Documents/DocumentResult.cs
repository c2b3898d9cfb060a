using Pipeline.Data.Batches;

namespace Pipeline.Data.Documents;

/// <summary>A document with what became of it.</summary>
/// <param name="Number">Its place in the set.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its format; null where that is not known.</param>
/// <param name="Pages">Its pages, where it has such.</param>
/// <param name="Parts">Parts that it was split into; 0 for one that cannot be read.</param>
/// <param name="ErrorCode">Why it cannot be read; null if it can.</param>
/// <param name="ErrorMessage">The sentence that goes with it.</param>
/// <param name="Answer">The job that answers for it; null before there are jobs, and after they were purged.</param>
/// <param name="Bill">What all its jobs have used; null where nothing was run.</param>
public sealed record DocumentResult(
    int Number, string Name, string? Kind, int? Pages, int Parts, string? ErrorCode, string? ErrorMessage, ResultRow? Answer, DocumentBill? Bill);

/// <summary>What the jobs about a document have used, all attempts of all parts together: the ledger's sum.</summary>
/// <param name="PromptTokens">Tokens read.</param>
/// <param name="CachedTokens">Those of them that came out of the prefix cache.</param>
/// <param name="CompletionTokens">Tokens generated.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Currency">ISO 4217; null where the ledger has none.</param>
public sealed record DocumentBill(long PromptTokens, long CachedTokens, long CompletionTokens, decimal Cost, string? Currency);
