namespace Pipeline.Engine.Kernels.Cpu.Simd;

/// <summary>
/// How numbers lie in memory. They are read and written two vectors at a time, in an order of the type's own: what is computed
/// lane by lane, or summed over, does not care, and bfloat16 needs no shuffling that way.
/// </summary>
internal unsafe interface IElement
{
    /// <summary>Puts a column of 32-bit values that came out of a transposition into its line or lines.</summary>
    static abstract void PutColumn<TSimd, TVector>(TVector values, float* target, nint pitch, int column)
        where TSimd : ISimd<TVector>
        where TVector : struct;
}

/// <summary><see cref="IElement"/> with the operations that mention the type itself.</summary>
/// <typeparam name="TSelf">The type.</typeparam>
internal unsafe interface IElement<TSelf> : IElement
    where TSelf : unmanaged, IElement<TSelf>
{
    /// <summary>As float32.</summary>
    static abstract float Widen(TSelf value);

    /// <summary>Of float32, rounded to nearest.</summary>
    static abstract TSelf Narrow(float value);

    /// <summary>Of two vectors' worth of numbers, those that make up the first vector.</summary>
    static abstract TVector First<TSimd, TVector>(TSelf* source)
        where TSimd : ISimd<TVector>
        where TVector : struct;

    /// <summary>Of two vectors' worth of numbers, those that make up the second vector.</summary>
    static abstract TVector Second<TSimd, TVector>(TSelf* source)
        where TSimd : ISimd<TVector>
        where TVector : struct;

    /// <summary>Writes two vectors' worth of numbers; undoes <see cref="First"/> and <see cref="Second"/>.</summary>
    static abstract void Store<TSimd, TVector>(TSelf* target, TVector first, TVector second)
        where TSimd : ISimd<TVector>
        where TVector : struct;

    /// <summary>
    /// Transposes two vectors' worth of numbers of as many rows as a vector has lanes. Lines of the target are in the order of
    /// <see cref="First"/>, then <see cref="Second"/>.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="offset">Elements from each row's beginning.</param>
    /// <param name="target">A line for each number.</param>
    /// <param name="pitch">Floats from line to line.</param>
    static abstract void Transpose<TSimd, TVector>(TSelf** rows, nint offset, float* target, nint pitch)
        where TSimd : ISimd<TVector>
        where TVector : struct;
}
