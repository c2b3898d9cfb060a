using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Torch;

/// <summary>The reference: plain torch operations, on any device and in any type. Attention gathers the blocks it reads.</summary>
internal sealed class TorchKernels : IKernels
{
    private readonly Tensor[] _frequencies;
    private readonly Tensor?[] _stretched;
    private readonly Scalar[] _magnitudes;
    private readonly Tensor _slots;

    public TorchKernels(KernelSetting setting)
    {
        Setting = setting;
        Epsilon = setting.Model.NormEpsilon;
        ModelConfig model = setting.Model;
        AttentionScale = model.AttentionScale;
        Cap = model.AttentionCap is { } cap ? cap : null;
        InverseCap = model.AttentionCap is { } bound ? 1 / bound : null;
        _frequencies = [.. model.Ropes.Select(rope => torch.tensor(rope.Frequencies(), dtype: ScalarType.Float64, device: setting.Device))];
        _stretched = [.. model.Ropes.Select(rope => rope.StretchedFrequencies() is { } stretched
            ? torch.tensor(stretched, dtype: ScalarType.Float64, device: setting.Device) : null)];
        _magnitudes = new Scalar[model.Ropes.Count];
        for (int i = 0; i < _magnitudes.Length; i++)
        {
            _magnitudes[i] = model.Ropes[i].Magnitude;
        }

        int slots = (setting.Model.ContextLength + setting.BlockSize - 1) / setting.BlockSize * setting.BlockSize;
        _slots = torch.tensor(Enumerable.Range(0, slots).Select(slot => (long)slot).ToArray(), device: setting.Device);
    }

    /// <inheritdoc/>
    public string Name => "torch";

    /// <summary>What they were made for.</summary>
    public KernelSetting Setting { get; }

    /// <summary>Added to the mean square under the root.</summary>
    public Scalar Epsilon { get; }

    /// <summary>What products of queries and keys are multiplied by.</summary>
    public Scalar AttentionScale { get; }

    /// <summary>Whether that is one over the root of the head size.</summary>
    public bool HasUsualScale => Setting.Model.AttentionScale == 1 / Math.Sqrt(Setting.Model.HeadSize);

    /// <summary>What scores are capped at; null for no cap.</summary>
    public Scalar? Cap { get; }

    /// <summary>One over it.</summary>
    public Scalar? InverseCap { get; }

    /// <inheritdoc/>
    public IStepKernels Begin(StepLayout layout) => new TorchStepKernels(this, layout);

    /// <summary>int64: the first <paramref name="count"/> slot numbers of a context.</summary>
    public Tensor Slots(long count) => _slots.narrow(0, 0, count);

    /// <summary>
    /// Cosine and sine of positions (int64 [rows], as is which rows are stretched) by one of the model's rotary settings, both [rows, 1, rotary dimensions] in
    /// float32. The sine of the first half is negated: x * cos + (x with its halves swapped) * sin is then the whole rotation.
    /// </summary>
    public (Tensor Cosine, Tensor Sine) Angles(Tensor positions, Tensor stretched, int rope)
    {
        Tensor frequencies = _stretched[rope] is { } others
            ? torch.where(stretched.view(-1, 1, 1).to(ScalarType.Bool), others, _frequencies[rope]) : _frequencies[rope];

        // In float64: a position in the hundred thousands times a frequency leaves float32 few digits.
        Tensor angles = positions.to(ScalarType.Float64).view(-1, 1, 1).mul(frequencies);
        Tensor cosine = angles.cos().mul_(_magnitudes[rope]).to(ScalarType.Float32), sine = angles.sin().mul_(_magnitudes[rope]).to(ScalarType.Float32);
        return (torch.cat([cosine, cosine], -1), torch.cat([sine.neg(), sine], -1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_frequencies, frequencies => frequencies.Dispose());
        Array.ForEach(_stretched, stretched => stretched?.Dispose());
        _slots.Dispose();
    }
}
