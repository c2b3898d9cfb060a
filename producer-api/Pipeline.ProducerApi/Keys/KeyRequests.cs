using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Keys;

/// <summary>The body of a create.</summary>
/// <param name="Name">What the key is for.</param>
/// <param name="Role"><c>viewer</c>, <c>user</c> (the default), <c>admin</c> or <c>operator</c>.</param>
/// <param name="Scopes">Those of the role's scopes that it is to have; all if absent.</param>
/// <param name="ExpiresInSeconds">When it ends by itself; never if absent.</param>
internal sealed record CreateKeyRequest(string Name, string Role = "user", string[]? Scopes = null, int? ExpiresInSeconds = null)
{
    private const int LongestName = 256;
    private const int Minute = 60, TenYears = 315_360_000;

    private static readonly Dictionary<string, ApiKeyRole> Roles = Enum.GetValues<ApiKeyRole>().ToDictionary(role => role.ToString().ToLowerInvariant());

    /// <summary>Reads and checks a body.</summary>
    public static CreateKeyRequest Parse(JsonElement body, string defaultRole = "user")
    {
        string name = body.RequiredString("name");
        if (name.Length is 0 or > LongestName)
        {
            throw RequestException.Invalid($"Invalid 'name': expected 1 to {LongestName} characters.", "name", "invalid_value");
        }

        CreateKeyRequest request = new(
            name,
            body.OptionalString("role") ?? defaultRole,
            ParseScopes(body),
            body.OptionalInteger("expires_in_seconds", "expires_in_seconds", Minute, TenYears));
        if (request.Scopes?.Except(KeyScopes.Of(request.ParsedRole)).FirstOrDefault() is { } foreign)
        {
            throw KeyScopes.All.Contains(foreign)
                ? RequestException.Invalid($"Invalid value: '{foreign}'. The role '{request.Role}' does not have this scope.", "scopes", "invalid_value")
                : Unsupported("scopes", foreign, KeyScopes.All.Order(StringComparer.Ordinal));
        }

        return request;
    }

    internal ApiKeyRole ParsedRole => Roles.TryGetValue(Role, out ApiKeyRole role) ? role : throw Unsupported("role", Role, Roles.Keys);

    private static string[]? ParseScopes(JsonElement body) =>
        body.Find("scopes") is not { } scopes ? null
        : scopes.ValueKind == JsonValueKind.Array ? [.. scopes.EnumerateArray().Select((scope, i) => scope.AsText($"scopes[{i}]")).Distinct()]
        : throw RequestException.WrongType("scopes", "an array of strings", JsonFields.Describe(scopes));

    private static RequestException Unsupported(string param, string value, IEnumerable<string> supported) => RequestException.Invalid(
        $"Invalid value: '{value}'. Supported values are: {string.Join(", ", supported.Select(name => $"'{name}'"))}.", param, "invalid_value");
}

/// <summary>The body of a rotation.</summary>
/// <param name="GraceSeconds">How long the old secret stays good: a day if absent, 0 to 30 days.</param>
internal sealed record RotateKeyRequest(int? GraceSeconds = null)
{
    private const int Day = 86_400, LongestGrace = 30 * Day;

    public static TimeSpan Parse(JsonElement body) => TimeSpan.FromSeconds(body.OptionalInteger("grace_seconds", "grace_seconds", 0, LongestGrace) ?? Day);
}
