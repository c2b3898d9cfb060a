using System.Security.Cryptography;

namespace Pipeline.ProducerApi.Keys;

/// <summary>Makes the secrets of keys.</summary>
internal static class KeySecrets
{
    private const int PrefixLength = 10;

    /// <summary><c>sk-</c> and 43 characters: 256 random bits.</summary>
    public static string New() => "sk-" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>The part that is kept to recognise a key by.</summary>
    public static string PrefixOf(string secret) => secret[..PrefixLength];
}
