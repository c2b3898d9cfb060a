namespace Pipeline.Documents;

/// <summary>A document that was found, with its text or with the reason why it has none.</summary>
/// <param name="Name">Its name, and before it those of the files it lies in.</param>
/// <param name="Kind">The format's name; null where the format is not known.</param>
/// <param name="Text">Its text, cleaned (<see cref="Text.CleanText"/>); null where it cannot be read.</param>
/// <param name="Pages">Its pages, where it has such.</param>
/// <param name="Problem">Why it cannot be read; null where it can.</param>
public sealed record ReadDocument(string Name, string? Kind, string? Text, int? Pages, UnreadableException? Problem);
