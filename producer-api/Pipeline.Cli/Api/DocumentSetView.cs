namespace Pipeline.Cli.Api;

/// <summary>What the CLI reads of a document set; its id is that of its batch.</summary>
internal sealed record DocumentSetView(string Id, DocumentCountsView Documents, IReadOnlyList<UnreadableView> Unreadable);

/// <summary>How many documents there are, and how many of them cannot be read.</summary>
internal sealed record DocumentCountsView(int Total, int Unreadable, int Completed, int Failed);

/// <summary>A document that cannot be read.</summary>
internal sealed record UnreadableView(string Document, string Code, string Message);
