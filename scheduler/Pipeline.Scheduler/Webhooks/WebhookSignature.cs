using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Scheduler.Webhooks;

/// <summary>
/// Signatures of the Standard Webhooks specification, symmetric: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
/// </summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";

    /// <summary>The header <c>webhook-signature</c>: one for each secret, parted by spaces, so that a receiver may know either.</summary>
    /// <param name="secrets">The base64 of their bytes, with or without <c>whsec_</c>.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: the attempt's time, in Unix seconds.</param>
    /// <param name="body">What is posted.</param>
    public static string Of(IEnumerable<string> secrets, string id, long timestamp, string body)
    {
        byte[] signed = Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}");
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), signed))));
    }

    private static byte[] KeyOf(string secret) =>
        Convert.FromBase64String(secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret);
}
