using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Idempotency;

/// <summary>A create that its sender may repeat: the <c>Idempotency-Key</c> and what it stands for.</summary>
/// <param name="Scope">What is created: each kind has keys of its own.</param>
/// <param name="Key">The key.</param>
/// <param name="Fingerprint">SHA-256 of what is asked for.</param>
internal sealed record IdempotentRequest(string Scope, string Key, byte[] Fingerprint)
{
    private const string Header = "Idempotency-Key";
    private const int LongestKey = 255;

    /// <summary>The key of a request; <see langword="null"/> if it has none.</summary>
    public static string? KeyOf(HttpRequest request) => request.Headers[Header].ToString() switch
    {
        "" => null,
        { Length: > LongestKey } => throw RequestException.Invalid($"The {Header} may have {LongestKey} characters at most."),
        string key => key,
    };

    /// <summary>As asked by a JSON body; <see langword="null"/> without a key.</summary>
    public static IdempotentRequest? Of(HttpRequest request, string scope, JsonElement body) =>
        KeyOf(request) is { } key ? new IdempotentRequest(scope, key, SHA256.HashData(JsonMarshal.GetRawUtf8Value(body))) : null;

    /// <summary>As asked by a path alone; <see langword="null"/> without a key.</summary>
    public static IdempotentRequest? Of(HttpRequest request, string scope, string what) =>
        KeyOf(request) is { } key ? new IdempotentRequest(scope, key, SHA256.HashData(Encoding.UTF8.GetBytes(what))) : null;
}
