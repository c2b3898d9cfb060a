using Pipeline.Engine.Layers.Int8;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.OneDnn;

/// <summary>
/// A packed bfloat16 matrix whose contents are written anew for each product: all layers' matrices of one shape take turns in
/// it, so that it stays in the processor's cache. One thread at a time.
/// </summary>
internal sealed class WideningBuffer : IDisposable
{
    private readonly nint _address;

    /// <summary>Makes a buffer for matrices packed like the given one; it belongs to the buffer from now on.</summary>
    public WideningBuffer(Tensor packed)
    {
        Packed = packed;
        (_address, long bytes) = OneDnnOperators.Memory(packed);
        Count = bytes / sizeof(ushort);
    }

    /// <summary>The matrix, in oneDNN's layout.</summary>
    public Tensor Packed { get; }

    /// <summary>Its values, padding included.</summary>
    public long Count { get; }

    /// <summary>Copies the buffer's present contents, whole numbers from -127 to 127, in their packed order.</summary>
    public unsafe sbyte[] Narrow()
    {
        ReadOnlySpan<ushort> source = new((void*)_address, checked((int)Count));
        sbyte[] narrow = GC.AllocateUninitializedArray<sbyte>(source.Length, pinned: true);
        for (int i = 0; i < narrow.Length; i++)
        {
            narrow[i] = (sbyte)BitConverter.Int32BitsToSingle(source[i] << 16);
        }

        return narrow;
    }

    /// <summary>Fills the buffer with what <see cref="Narrow"/> made, in as many threads as libtorch computes with.</summary>
    public unsafe void Widen(sbyte[] narrow) =>
        Int8Widening.ToBFloat16(narrow, new Span<ushort>((void*)_address, narrow.Length), get_num_threads());

    /// <inheritdoc/>
    public void Dispose() => Packed.Dispose();
}
