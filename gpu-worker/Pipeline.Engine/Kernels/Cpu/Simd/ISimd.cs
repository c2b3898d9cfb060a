namespace Pipeline.Engine.Kernels.Cpu.Simd;

/// <summary>
/// Vectors of float32 of one width. Kernels are written once over this and compiled for each width: the type arguments are
/// structs, so that every call becomes an instruction or two.
/// </summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Lanes.</summary>
    static abstract int Width { get; }

    /// <summary>All lanes 0.</summary>
    static abstract TVector Zero { get; }

    /// <summary>The same number in all lanes.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>Reads a vector; any alignment.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Writes a vector; any alignment.</summary>
    static abstract void Store(float* target, TVector value);

    /// <summary>left + right.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>left - right.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>left * right.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left / right.</summary>
    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>left * right + addend, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The larger. On x86, the second where one is not a number.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>The smaller. On x86, the second where one is not a number.</summary>
    static abstract TVector Min(TVector left, TVector right);

    /// <summary>To the nearest whole number.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>The least power that <see cref="Scale"/> takes; it gives 0.</summary>
    static abstract float LeastPower { get; }

    /// <summary>value * 2^power, for whole powers from <see cref="LeastPower"/> to 127 and values from 1/2 to 2.</summary>
    static abstract TVector Scale(TVector value, TVector power);

    /// <summary>The sum of the lanes.</summary>
    static abstract float Sum(TVector value);

    /// <summary>The largest lane.</summary>
    static abstract float Largest(TVector value);

    /// <summary>Lanes as pairs of bfloat16: the lower halves, widened.</summary>
    static abstract TVector LowerHalves(TVector pairs);

    /// <summary>Lanes as pairs of bfloat16: the upper halves, widened.</summary>
    static abstract TVector UpperHalves(TVector pairs);

    /// <summary>Rounds to bfloat16, nearest and ties to even, not-a-number kept: lower and upper halves of pairs.</summary>
    static abstract TVector Narrow(TVector lower, TVector upper);

    /// <summary>
    /// Transposes a square of 32-bit values: lane i of column c is value c of row i. <typeparamref name="TSink"/> puts the
    /// columns where they belong.
    /// </summary>
    /// <param name="rows">As many rows as there are lanes.</param>
    /// <param name="offset">Bytes from each row's beginning.</param>
    /// <param name="target">Handed on to the sink, as is <paramref name="pitch"/>.</param>
    /// <param name="pitch">Floats from one line of the target to the next.</param>
    static abstract void Transpose<TSink>(byte** rows, nint offset, float* target, nint pitch)
        where TSink : unmanaged, IElement;
}
