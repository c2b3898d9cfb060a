using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Engine.Cache;

/// <summary>
/// What a full block holds, as a 128-bit name: a keyed hash of the parent block's name and the block's tokens. The first
/// parent is made from a salt, so that tenants share nothing.
/// </summary>
/// <remarks>
/// The hash is a cryptographic one under a key that is drawn anew by every process, because tokens come from strangers: a
/// made-up collision would let one tenant's text stand in for another's. At 128 bits an accidental one is out of the
/// question, so hits need no check. It is SipHash rather than SHA-256 since each prompt pays for each of its blocks.
/// </remarks>
internal static class BlockKey
{
    private const int OnStack = 1024;

    private static readonly UInt128 Secret =
        BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16));

    /// <summary>The parent of a sequence's first block.</summary>
    public static UInt128 Root(string salt)
    {
        int length = Encoding.UTF8.GetByteCount(salt);
        Span<byte> bytes = length <= OnStack ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(salt, bytes);
        return SipHash.Hash(Secret, bytes);
    }

    /// <summary>The key of a block that holds <paramref name="tokens"/> and follows <paramref name="parent"/>.</summary>
    public static UInt128 Next(UInt128 parent, ReadOnlySpan<int> tokens)
    {
        ReadOnlySpan<byte> tokenBytes = MemoryMarshal.AsBytes(tokens);
        int length = 16 + tokenBytes.Length;
        Span<byte> input = length <= OnStack ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteUInt128LittleEndian(input, parent);
        tokenBytes.CopyTo(input[16..]);
        return SipHash.Hash(Secret, input);
    }
}
