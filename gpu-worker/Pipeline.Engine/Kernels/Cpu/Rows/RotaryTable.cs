using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>
/// Cosines and sines of positions, as far as positions have come up. Angles are computed in float64: a position in the
/// hundred thousands times a frequency leaves float32 few digits.
/// </summary>
/// <param name="frequencies">Radians per position, of each pair of values that turns.</param>
/// <param name="magnitude">What cosines and sines are multiplied by.</param>
internal sealed unsafe class RotaryTable<TSimd, TVector, T>(double[] frequencies, double magnitude) : IDisposable
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
{
    private readonly int[] _order = Order(frequencies.Length);
    private Scratch _memory = new();
    private int _positions;

    /// <summary>
    /// Cosines of a position, then as many sines. As many as fill pairs of vectors stand in the order in which those are
    /// read from memory.
    /// </summary>
    public float* At(int position) => (float*)_memory.Memory + (2 * (nint)position * frequencies.Length);

    /// <summary>Makes sure of all positions before one.</summary>
    public void Reserve(int positions)
    {
        if (positions <= _positions)
        {
            return;
        }

        int enough = Math.Max(positions, Math.Max(256, 2 * _positions));
        long width = 2 * frequencies.Length;
        Scratch grown = new(enough * width * sizeof(float));
        Buffer.MemoryCopy(_memory.Memory, grown.Memory, grown.Bytes, _positions * width * sizeof(float));
        _memory.Dispose();
        _memory = grown;
        for (int position = _positions; position < enough; position++)
        {
            float* cosines = At(position);
            for (int i = 0; i < frequencies.Length; i++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequencies[_order[i]]);
                cosines[i] = (float)(magnitude * cosine);
                cosines[frequencies.Length + i] = (float)(magnitude * sine);
            }
        }

        _positions = enough;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    /// <summary>Which number of a row comes to stand at each place, found by reading the numbers themselves.</summary>
    private static int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        int pair = 2 * TSimd.Width;
        T* places = stackalloc T[pair];
        float* read = stackalloc float[pair];
        for (int i = 0; i < pair; i++)
        {
            places[i] = T.Narrow(i);
        }

        TSimd.Store(read, T.First<TSimd, TVector>(places));
        TSimd.Store(read + TSimd.Width, T.Second<TSimd, TVector>(places));
        for (int i = 0; i < count / pair * pair; i++)
        {
            order[i] = (i / pair * pair) + (int)read[i % pair];
        }

        return order;
    }
}
