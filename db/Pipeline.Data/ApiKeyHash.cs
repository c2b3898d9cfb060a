using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Data;

/// <summary>The form in which API keys are stored and looked up.</summary>
public static class ApiKeyHash
{
    /// <summary>SHA-256 of the key's UTF-8 bytes: 32 bytes.</summary>
    /// <remarks>Keys are long and random, so that a slow, salted password hash would protect nothing more.</remarks>
    public static byte[] Of(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return SHA256.HashData(Encoding.UTF8.GetBytes(key));
    }
}
