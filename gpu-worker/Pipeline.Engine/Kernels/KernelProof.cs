using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>
/// Holds kernels to the reference before an engine trusts them: all operations once, for each kind of layer that the model has, on random numbers, in the engine's own
/// shape and type. Takes some milliseconds.
/// </summary>
internal static class KernelProof
{
    /// <summary>Compares kernels with the reference's.</summary>
    /// <returns>What they do wrong, or null.</returns>
    public static string? Disprove(IKernels kernels, IKernelMaker reference, KernelSetting setting)
    {
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        using IKernels trusted = reference.Make(setting);
        KernelProofInput input = new(setting);
        double tolerance = ToleranceFor(setting.Type);
        return Run(kernels, input).Zip(Run(trusted, input))
            .Select(pair => Compare(pair.First.What, pair.First.Values, pair.Second.Values, pair.First.Exact ? 0 : tolerance))
            .FirstOrDefault(difference => difference is not null);
    }

    /// <summary>The difference that is no error, as a share of the largest value: both round, in their own places.</summary>
    private static double ToleranceFor(ScalarType type) => type == ScalarType.Float32 ? 1e-4 : 0.03;

    private static List<(string What, float[] Values, bool Exact)> Run(IKernels kernels, KernelProofInput input)
    {
        using IStepKernels step = kernels.Begin(input.Layout);
        Tensor residual = input.Residual.clone();
        Tensor normalised = step.Norm(residual, input.Delta, input.Weight);
        Tensor again = step.Norm(residual, null, input.Weight);
        List<(string What, float[] Values, bool Exact)> results =
        [
            ("norm", Values(normalised), false), ("residual sum", Values(residual), false), ("norm without a sum", Values(again), false),
        ];
        foreach (LayerConfig layer in input.Layers)
        {
            Tensor projected = input.Projected.clone();
            LayerCache cache = input.NewCache();
            step.RotateAndStore(projected, input.HeadNorms, layer, cache);
            Tensor attended = step.Attend(projected, layer, cache);
            results.AddRange([("rotation", Values(projected), false), ("cache", Values(cache.Slots), false), ("attention", Values(attended), false)]);
        }

        results.AddRange(
        [
            ("gate", Values(step.Gate(input.GateUp)), false),
            ("choice", Values(step.Choose(input.Logits)), true), ("choice among allowed tokens", Values(step.Choose(input.Logits, input.Allowed)), true),
        ]);
        return results;
    }

    private static string? Compare(string what, float[] values, float[] trusted, double tolerance)
    {
        if (values.Length != trusted.Length)
        {
            return $"{what}: {values.Length} values instead of {trusted.Length}.";
        }

        double allowed = tolerance * trusted.Max(Math.Abs), worst = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double difference = Math.Abs((double)values[i] - trusted[i]);
            worst = difference <= worst ? worst : difference;
        }

        // Written so that not-a-number is an error.
        return worst <= allowed ? null : $"{what} differs from the reference by {worst:G3}, where {allowed:G3} is allowed.";
    }

    private static float[] Values(Tensor tensor) => tensor.to(ScalarType.Float32).cpu().data<float>().ToArray();
}
