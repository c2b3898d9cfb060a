using System.Runtime.Intrinsics;
using Pipeline.Engine.Kernels.Cpu.Attention;
using Pipeline.Engine.Kernels.Cpu.Rows;
using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Models;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cpu;

/// <summary>The operations, compiled for a type and widths.</summary>
/// <param name="Attention">See <see cref="IStepKernels.Attend"/>.</param>
/// <param name="Norm">See <see cref="IStepKernels.Norm"/>.</param>
/// <param name="Rotary">See <see cref="IStepKernels.RotateAndStore"/>.</param>
/// <param name="Gate">See <see cref="IStepKernels.Gate"/>.</param>
/// <param name="Choice">See <see cref="IStepKernels.Choose"/>.</param>
internal sealed record CpuWork(
    AttentionWork Attention, INormWork Norm, IRotaryWork Rotary, IGateWork Gate, IChoiceWork Choice) : IDisposable
{
    /// <summary>The lanes of this machine's widest vectors.</summary>
    public static int WidestLanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>The lanes to compute attention with: a head must be whole pairs of vectors. 0 if there are none.</summary>
    public static int LanesFor(int headSize, int most)
    {
        int lanes = most;
        while (lanes >= 4 && headSize % (2 * lanes) != 0)
        {
            lanes /= 2;
        }

        return lanes >= 4 ? lanes : 0;
    }

    /// <summary>Makes the operations.</summary>
    /// <param name="setting">What for.</param>
    /// <param name="lanes">4, 8 or 16: no more than the processor has.</param>
    public static CpuWork Make(KernelSetting setting, int lanes) => setting.Type == ScalarType.Float32
        ? Make<Float32>(setting, lanes)
        : Make<BFloat16>(setting, lanes);

    /// <inheritdoc/>
    public void Dispose()
    {
        Attention.Dispose();
        Rotary.Dispose();
    }

    private static CpuWork Make<T>(KernelSetting setting, int lanes)
        where T : unmanaged, IElement<T>
    {
        ModelConfig model = setting.Model;
        AttentionShape shape = new(
            model.Heads, model.KeyValueHeads, model.HeadSize, setting.BlockSize, model.AttentionScale, model.AttentionCap ?? 0);
        int[] windows = [.. model.Windows.Select(window => window ?? int.MaxValue)];
        AttentionWork attention = LanesFor(model.HeadSize, lanes) switch
        {
            16 => new TiledAttention<Simd512, Vector512<float>, T>(shape, windows, setting.Threads),
            8 => new TiledAttention<Simd256, Vector256<float>, T>(shape, windows, setting.Threads),
            _ => new TiledAttention<Simd128, Vector128<float>, T>(shape, windows, setting.Threads),
        };
        return lanes switch
        {
            16 => Make<Simd512, Vector512<float>, T>(attention, model),
            8 => Make<Simd256, Vector256<float>, T>(attention, model),
            _ => Make<Simd128, Vector128<float>, T>(attention, model),
        };
    }

    private static CpuWork Make<TSimd, TVector, T>(AttentionWork attention, ModelConfig model)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where T : unmanaged, IElement<T>
    {
        IGateWork gate = model.Activation == Activation.Silu
            ? new GateWork<TSimd, TVector, T, Silu>() : new GateWork<TSimd, TVector, T, GeluTanh>();
        return model.NormOffset
            ? Make<TSimd, TVector, T, OneAndWeight>(attention, gate, model) : Make<TSimd, TVector, T, WeightAlone>(attention, gate, model);
    }

    private static CpuWork Make<TSimd, TVector, T, TFactor>(AttentionWork attention, IGateWork gate, ModelConfig model)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where T : unmanaged, IElement<T>
        where TFactor : struct, INormFactor => new(
            attention,
            new NormWork<TSimd, TVector, T, TFactor>(model.NormEpsilon),
            new RotaryWork<TSimd, TVector, T, TFactor>(model),
            gate,
            new ChoiceWork<TSimd, TVector, T>());
}
