using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>What a norm makes of its weights.</summary>
internal interface INormFactor
{
    /// <summary>The factor of a weight.</summary>
    static abstract float Of(float weight);

    /// <summary>The factors of a vector of weights.</summary>
    static abstract TVector Of<TSimd, TVector>(TVector weight)
        where TSimd : ISimd<TVector>
        where TVector : struct;
}
