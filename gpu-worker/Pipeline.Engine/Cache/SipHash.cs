using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Engine.Cache;

/// <summary>
/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, and the authors'
/// extension to 128 bits): who does not know the key cannot tell its outputs from chance, nor make two inputs collide.
/// </summary>
internal static class SipHash
{
    /// <summary>Hashes <paramref name="input"/> under a secret key.</summary>
    public static UInt128 Hash(UInt128 key, ReadOnlySpan<byte> input)
    {
        ulong low = (ulong)key, high = (ulong)(key >> 64);
        State state = new()
        {
            A = low ^ 0x736f6d6570736575, B = high ^ 0x646f72616e646f6d ^ 0xee, C = low ^ 0x6c7967656e657261, D = high ^ 0x7465646279746573,
        };
        ulong last = (ulong)input.Length << 56;
        for (; input.Length >= 8; input = input[8..])
        {
            state.Add(BinaryPrimitives.ReadUInt64LittleEndian(input));
        }

        for (int i = 0; i < input.Length; i++)
        {
            last |= (ulong)input[i] << (8 * i);
        }

        state.Add(last);
        state.C ^= 0xee;
        ulong first = state.Finish();
        state.B ^= 0xdd;
        return new UInt128(state.Finish(), first);
    }

    // Inlined as a whole, so that it lives in registers.
    private struct State
    {
        public ulong A, B, C, D;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ulong word)
        {
            D ^= word;
            Round();
            Round();
            A ^= word;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Finish()
        {
            Round();
            Round();
            Round();
            Round();
            return A ^ B ^ C ^ D;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Round()
        {
            A += B;
            C += D;
            B = BitOperations.RotateLeft(B, 13) ^ A;
            D = BitOperations.RotateLeft(D, 16) ^ C;
            A = BitOperations.RotateLeft(A, 32);
            C += B;
            A += D;
            B = BitOperations.RotateLeft(B, 17) ^ C;
            D = BitOperations.RotateLeft(D, 21) ^ A;
            C = BitOperations.RotateLeft(C, 32);
        }
    }
}
