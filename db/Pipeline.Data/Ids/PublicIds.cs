using System.Security.Cryptography;

namespace Pipeline.Data.Ids;

/// <summary>New identifiers as the API shows them: a prefix and 32 random hexadecimal digits.</summary>
public static class PublicIds
{
    /// <summary><c>file-…</c></summary>
    public static string File() => "file-" + Hex();

    /// <summary><c>batch_…</c></summary>
    public static string Batch() => "batch_" + Hex();

    /// <summary><c>req_…</c></summary>
    public static string Request() => "req_" + Hex();

    private static string Hex() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
