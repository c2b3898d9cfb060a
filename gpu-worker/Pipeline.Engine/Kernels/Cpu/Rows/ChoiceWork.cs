using System.Numerics;
using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Kernels.Cpu.Threading;
using Pipeline.Engine.Sampling;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>
/// The first of a row's highest logits. Vectors only find the stretch of the row that it is in, which needs no places to be
/// kept beside the values; within the stretch the numbers are looked at one after another.
/// </summary>
internal sealed unsafe class ChoiceWork<TSimd, TVector, T> : RowWork, IChoiceWork
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
{
    private const int Stretch = 1024, Bits = 32;

    private T* _logits;
    private uint* _allowed;
    private int _words;
    private long* _tokens;
    private int _width;

    /// <inheritdoc/>
    public void Run(ThreadTeam team, void* logits, uint* allowed, int words, long* tokens, int rows, int width)
    {
        _logits = (T*)logits;
        _allowed = allowed;
        _words = words;
        _tokens = tokens;
        _width = width;
        Run(team, rows, (long)width * sizeof(T));
    }

    /// <inheritdoc/>
    protected override void DoRows(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            T* logits = _logits + ((nint)row * _width);
            _tokens[row] = _allowed is null ? Choose(logits) : ChooseAmong(logits, _allowed + ((nint)row * _words));
        }
    }

    private long Choose(T* row)
    {
        float highest = float.NegativeInfinity;
        int best = 0;
        for (int at = 0; at < _width; at += Stretch)
        {
            float largest = Largest(row + at, Math.Min(Stretch, _width - at));
            if (float.IsNaN(largest))
            {
                return FirstHighest(row, 0, _width);
            }

            if (largest > highest)
            {
                highest = largest;
                best = at;
            }
        }

        return FirstHighest(row, best, Math.Min(best + Stretch, _width));
    }

    /// <summary>The same of the tokens that a mask allows. Of those that it does not the logits are not even read.</summary>
    private long ChooseAmong(T* row, uint* allowed)
    {
        float highest = float.NegativeInfinity;
        long token = Sampler.NotFinite;
        for (int at = 0, word = 0; at < _width; at += Bits, word++)
        {
            uint bits = allowed[word];

            // Where all of a word's tokens may come, as within a text, a glance shows whether one of them is worth a look.
            if (bits == uint.MaxValue && at + Bits <= _width && Largest(row + at, Bits) <= highest)
            {
                continue;
            }

            for (; bits != 0; bits &= bits - 1)
            {
                int i = at + BitOperations.TrailingZeroCount(bits);
                if (i >= _width)
                {
                    break;
                }

                float value = T.Widen(row[i]);
                if (float.IsNaN(value))
                {
                    return Sampler.NotFinite;
                }

                if (value > highest)
                {
                    (highest, token) = (value, i);
                }
            }
        }

        return float.IsFinite(highest) ? token : Sampler.NotFinite;
    }

    /// <summary>The largest of numbers; not a number where one of them is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(T* values, int count)
    {
        // Products with 0 are 0, but for those of infinity and of what is not a number.
        TVector zero = TSimd.Zero, x = TSimd.Broadcast(float.NegativeInfinity), y = x, oddX = zero, oddY = zero;
        int i = 0;
        for (; i <= count - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            TVector first = T.First<TSimd, TVector>(values + i), second = T.Second<TSimd, TVector>(values + i);
            x = TSimd.Max(first, x);
            y = TSimd.Max(second, y);
            oddX = TSimd.MultiplyAdd(first, zero, oddX);
            oddY = TSimd.MultiplyAdd(second, zero, oddY);
        }

        float largest = TSimd.Largest(TSimd.Max(x, y)), odd = TSimd.Sum(TSimd.Add(oddX, oddY));
        for (; i < count; i++)
        {
            float value = T.Widen(values[i]);
            largest = MathF.Max(largest, value);
            odd += value * 0;
        }

        return largest + odd;
    }

    private static long FirstHighest(T* row, int from, int end)
    {
        float highest = float.NegativeInfinity;
        long token = Sampler.NotFinite;
        for (int i = from; i < end; i++)
        {
            float value = T.Widen(row[i]);
            if (float.IsNaN(value))
            {
                return Sampler.NotFinite;
            }

            if (value > highest)
            {
                highest = value;
                token = i;
            }
        }

        return float.IsFinite(highest) ? token : Sampler.NotFinite;
    }
}
