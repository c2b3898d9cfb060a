using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Keys;

/// <summary>A key as the API shows it. The secret is there only when it has just been made: nobody can show it again.</summary>
internal sealed record KeyObject(
    string Id,
    string Object,
    string Name,
    string Prefix,
    string Role,
    IReadOnlyList<string> Scopes,
    long CreatedAt,
    long? LastUsedAt,
    long? ExpiresAt,
    long? RevokedAt,
    long? OldSecretExpiresAt,
    string? Secret)
{
    private const string IdPrefix = "key_";

    public static KeyObject Of(ApiKey key) => Of(key, null);

    public static KeyObject Of(ApiKey key, string? secret) => new(
        IdOf(key.Id),
        "api_key",
        key.Name,
        key.Prefix,
        key.Role.ToString().ToLowerInvariant(),
        [.. KeyScopes.Of(key.Role, key.Scopes).Order(StringComparer.Ordinal)],
        key.CreatedAt.ToUnix(),
        key.LastUsedAt.ToUnix(),
        key.ExpiresAt.ToUnix(),
        key.RevokedAt.ToUnix(),
        key.PreviousExpiresAt.ToUnix(),
        secret);

    public static string IdOf(Guid id) => IdPrefix + id.ToString("N");

    public static Guid ParseId(string id) =>
        id.StartsWith(IdPrefix, StringComparison.Ordinal) && Guid.TryParseExact(id.AsSpan(IdPrefix.Length), "N", out Guid guid) ? guid : throw RequestException.NoSuch("API key", id);
}
