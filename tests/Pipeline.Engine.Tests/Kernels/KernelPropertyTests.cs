using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Kernels;

/// <summary>
/// Every maker's kernels against definitions in float64, on random shapes and steps. What is allowed is a share of the
/// largest value: 2e-5 in float32; in bfloat16, which keeps 8 bits, 2e-2, since the reference also rounds between operations.
/// </summary>
public sealed class KernelPropertyTests
{
    private const int Seeds = 8;

    public static TheoryData<string, bool> Makers()
    {
        TheoryData<string, bool> data = [];
        foreach (string maker in KernelsUnderTest.All.Keys)
        {
            data.Add(maker, false);
            data.Add(maker, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public void Kernels_compute_what_their_definitions_say(string maker, bool bfloat16)
    {
        int compared = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            KernelCase random = new(seed, bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
            if (KernelsUnderTest.All[maker].Suits(random.Setting))
            {
                using IKernels kernels = KernelsUnderTest.All[maker].Make(random.Setting);

                // Two steps: what is kept from one to the next must not get into it.
                Check(kernels, random, $"seed {seed}, first step");
                Check(kernels, random, $"seed {seed}, second step");
                compared++;
            }
        }

        Assert.InRange(compared, Seeds / 2, Seeds);
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public void A_step_that_samples_nothing_normalises_no_rows(string maker, bool bfloat16)
    {
        KernelCase random = new(1, bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        using IKernels kernels = KernelsUnderTest.All[maker].Make(random.Setting);
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        using IStepKernels step = kernels.Begin(random.NewLayout());
        Tensor none = random.Normal(1, 0, random.Model.HiddenSize);
        Assert.Equal([0, random.Model.HiddenSize], step.Norm(none, none.clone(), random.Normal(1, random.Model.HiddenSize)).shape);
    }

    private static void Check(IKernels kernels, KernelCase random, string where)
    {
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        StepLayout layout = random.NewLayout();
        int rows = layout.Rows, hidden = random.Model.HiddenSize, width = random.Model.IntermediateSize;
        Tensor residual = random.Normal(3, rows, hidden), delta = random.Normal(1, rows, hidden), weight = random.Normal(1, hidden);
        Tensor gateUp = random.Normal(3, rows, 2 * width);
        bool offset = random.Model.NormOffset;
        double[] sum = [.. Values(residual).Zip(Values(delta), (x, y) => x + y)];

        using IStepKernels step = kernels.Begin(layout);
        AssertClose(NaiveKernels.Norm(sum, Values(weight), random.Model.NormEpsilon, offset), step.Norm(residual, delta, weight), $"norm, {where}");
        AssertClose(sum, residual, $"residual sum, {where}");
        AssertClose(
            NaiveKernels.Norm(Values(residual), Values(weight), random.Model.NormEpsilon, offset), step.Norm(residual, null, weight),
            $"norm without a sum, {where}");
        AssertClose(NaiveKernels.Gate(Values(gateUp), width, random.Model.Activation), step.Gate(gateUp), $"gate, {where}");

        foreach (LayerConfig layer in random.Model.LayerPattern)
        {
            CheckAttention(step, random, layout, layer, where);
        }
    }

    private static void CheckAttention(IStepKernels step, KernelCase random, StepLayout layout, LayerConfig layer, string where)
    {
        LayerCache cache = random.NewCache();
        Tensor projected = random.Normal(1.5, layout.Rows, random.Model.Heads + (2 * random.Model.KeyValueHeads), random.Model.HeadSize);
        HeadNorms? norms = random.Model.NormOffset
            ? new(random.Normal(1, random.Model.HeadSize), random.Normal(1, random.Model.HeadSize)) : null;
        double[] normalised = norms is null
            ? Values(projected) : NaiveKernels.NormHeads(Values(projected), Values(norms.Query), Values(norms.Key), random.Model);
        double[] turned = NaiveKernels.Rotate(normalised, random.Model, random.Model.Ropes[layer.Rope], layout), before = Values(cache.Slots);

        step.RotateAndStore(projected, norms, layer, cache);
        AssertClose(turned, projected, $"rotation, {where}");

        // To the bit: what is stored is what was turned, and no other slot is touched.
        Assert.Equal(NaiveKernels.Store(before, Values(projected), random.Model, layout), Values(cache.Slots));
        AssertClose(
            NaiveKernels.Attend(Values(projected), Values(cache.Slots), random.Model, layer.Window, layout), step.Attend(projected, layer, cache),
            $"attention, {where}, {layer}, {random.Setting}");
    }

    private static void AssertClose(double[] expected, Tensor actual, string what)
    {
        double[] values = Values(actual);
        Assert.Equal(expected.Length, values.Length);
        double allowed = (actual.dtype == ScalarType.Float32 ? 2e-5 : 2e-2) * expected.Max(Math.Abs);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(values[i] - expected[i]) <= allowed, $"{what}: value {i} is {values[i]}, not {expected[i]} within {allowed:G3}");
        }
    }

    private static double[] Values(Tensor tensor) => [.. tensor.to(ScalarType.Float64).data<double>()];
}
