using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Torch;

/// <summary>The reference: plain torch operations, on any device and in any type. Attention gathers the blocks it reads.</summary>
internal sealed class TorchKernels : IKernels
{
    private readonly Tensor _frequencies;
    private readonly Tensor _slots;

    public TorchKernels(KernelSetting setting)
    {
        Setting = setting;
        Epsilon = setting.Model.NormEpsilon;
        _frequencies = torch.tensor(setting.Model.RotaryFrequencies(), dtype: ScalarType.Float64, device: setting.Device);
        int slots = (setting.Model.ContextLength + setting.BlockSize - 1) / setting.BlockSize * setting.BlockSize;
        _slots = torch.tensor(Enumerable.Range(0, slots).Select(slot => (long)slot).ToArray(), device: setting.Device);
    }

    /// <inheritdoc/>
    public string Name => "torch";

    /// <summary>What they were made for.</summary>
    public KernelSetting Setting { get; }

    /// <summary>Added to the mean square under the root.</summary>
    public Scalar Epsilon { get; }

    /// <inheritdoc/>
    public IStepKernels Begin(StepLayout layout) => new TorchStepKernels(this, layout);

    /// <summary>int64: the first <paramref name="count"/> slot numbers of a context.</summary>
    public Tensor Slots(long count) => _slots.narrow(0, 0, count);

    /// <summary>
    /// Cosine and sine of positions (int64 [rows]), both [rows, 1, head size] in float32. The sine of the first half is
    /// negated: x * cos + (x with its halves swapped) * sin is then the whole rotation.
    /// </summary>
    public (Tensor Cosine, Tensor Sine) Angles(Tensor positions)
    {
        // In float64: a position in the hundred thousands times a frequency leaves float32 few digits.
        Tensor angles = positions.to(ScalarType.Float64).view(-1, 1, 1).mul(_frequencies);
        Tensor cosine = angles.cos().to(ScalarType.Float32), sine = angles.sin().to(ScalarType.Float32);
        return (torch.cat([cosine, cosine], -1), torch.cat([sine.neg(), sine], -1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frequencies.Dispose();
        _slots.Dispose();
    }
}
