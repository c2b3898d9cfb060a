using System.Buffers.Binary;
using Pipeline.Engine.Cache;

namespace Pipeline.Engine.Tests.Cache;

public sealed class SipHashTests
{
    // The authors' test vectors: the key is 00 01 .. 0f, the input 00 01 .. of the length.
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(8, "3b62a9ba6258f5610f83e264f31497b4")]
    [InlineData(15, "5493e99933b0a8117e08ec0f97cfc3d9")]
    public void Hashes_are_those_that_its_authors_publish(int length, string expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        UInt128 key = BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        byte[] hash = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(hash, SipHash.Hash(key, bytes.AsSpan(0, length)));
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }
}
