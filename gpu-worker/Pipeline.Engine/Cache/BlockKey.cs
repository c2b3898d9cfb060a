using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Engine.Cache;

/// <summary>
/// What a full block holds, as a 128-bit name: the first half of SHA-256 over the parent block's key and the
/// block's tokens. The first parent is made from a salt, so that tenants share nothing.
/// </summary>
/// <remarks>
/// The hash is cryptographic because tokens come from strangers: a made-up collision would let one tenant's
/// text stand in for another's. At 128 bits an accidental one is out of the question, so hits need no check.
/// </remarks>
internal static class BlockKey
{
    /// <summary>The parent of a sequence's first block.</summary>
    public static UInt128 Root(string salt)
    {
        int length = Encoding.UTF8.GetByteCount(salt);
        Span<byte> bytes = length <= 1024 ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(salt, bytes);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>The key of a block that holds <paramref name="tokens"/> and follows <paramref name="parent"/>.</summary>
    public static UInt128 Next(UInt128 parent, ReadOnlySpan<int> tokens)
    {
        ReadOnlySpan<byte> tokenBytes = MemoryMarshal.AsBytes(tokens);
        Span<byte> input = tokenBytes.Length <= 1024 ? stackalloc byte[16 + tokenBytes.Length] : new byte[16 + tokenBytes.Length];
        BinaryPrimitives.WriteUInt128LittleEndian(input, parent);
        tokenBytes.CopyTo(input[16..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
