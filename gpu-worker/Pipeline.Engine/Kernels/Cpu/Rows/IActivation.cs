using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>What a gate passes through: x / (1 + exp(-y)), where y is the activation's own.</summary>
internal interface IActivation
{
    /// <summary>y * log2(e) of a number.</summary>
    static abstract float Exponent(float x);

    /// <summary>y * log2(e) of a vector.</summary>
    static abstract TVector Exponent<TSimd, TVector>(TVector x)
        where TSimd : ISimd<TVector>
        where TVector : struct;
}
