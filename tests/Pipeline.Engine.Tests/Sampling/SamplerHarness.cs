using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Sampling;
using Pipeline.Engine.Tests.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Sampling;

/// <summary>Chooses tokens of given logits as a step does.</summary>
internal static class SamplerHarness
{
    static SamplerHarness() => LibtorchLoader.EnsureLoaded();

    public static long[] Choose(ScalarType type, float[] logits, params SamplingRow[] rows)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int vocabulary = logits.Length / rows.Length;
        SamplingRows sampling = new(vocabulary);
        foreach (SamplingRow row in rows)
        {
            sampling.Add(row);
        }

        using SamplingUpload upload = new(CPU);
        KernelCase of = new(seed: 2, type);
        using IKernels kernels = KernelMakers.Reference.Make(of.Setting);
        using IStepKernels step = kernels.Begin(of.NewLayout());
        Tensor given = torch.tensor(logits, [rows.Length, vocabulary]).to(type);
        return Sampler.Choose(step, given, upload.Send(sampling)).Tokens.data<long>().ToArray();
    }

    /// <summary>Logits between -4 and 4.</summary>
    public static float[] Random(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 8) - 4))];
    }
}
