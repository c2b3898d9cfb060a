using System.Security.Cryptography;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Webhooks;

/// <summary>Secrets of the Standard Webhooks specification: <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
internal static class WebhookSecrets
{
    private const string Prefix = "whsec_";
    private const int Bytes = 32, Fewest = 24, Most = 64;

    /// <summary>A new secret.</summary>
    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Throws unless it is a secret that receivers' libraries take.</summary>
    public static string Checked(string secret, string path)
    {
        byte[] bytes = new byte[Most + 3];
        return secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out int count) && count is >= Fewest and <= Most
            ? secret
            : throw RequestException.Invalid(
                $"Invalid '{path}': expected '{Prefix}' followed by the base64 of {Fewest} to {Most} bytes.", path, "invalid_value");
    }
}
