namespace Pipeline.Cli.Api;

/// <summary>What the CLI reads of an API key; the secret is there only when it has just been made.</summary>
internal sealed record KeyView(string Id, string Name, string Prefix, string Role, long? LastUsedAt, long? ExpiresAt, long? RevokedAt, string? Secret);
