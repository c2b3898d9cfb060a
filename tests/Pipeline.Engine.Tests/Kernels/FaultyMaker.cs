using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cpu;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Kernels;

/// <summary>What planted kernels do wrong.</summary>
public enum Fault
{
    None,
    Making,
    Norm,
    ResidualSum,
    Rotation,
    Cache,
    Attention,
    AttentionNotANumber,
    Gate,
    Choice,
    Throwing,
}

/// <summary>Makes kernels that are right but for one fault.</summary>
internal sealed class FaultyMaker(Fault fault) : IKernelMaker
{
    public string Name => "faulty";

    public int Made { get; private set; }

    public int Disposed { get; private set; }

    public static string WordFor(Fault fault) => fault switch
    {
        Fault.Making => "no such instruction",
        Fault.Norm => "norm differs",
        Fault.ResidualSum => "residual sum differs",
        Fault.Rotation => "rotation differs",
        Fault.Cache => "cache differs",
        Fault.Attention => "attention differs",
        Fault.AttentionNotANumber => "attention differs from the reference by NaN",
        Fault.Gate => "gate differs",
        Fault.Choice => "choice differs",
        _ => "thrown by a part",
    };

    public bool Suits(KernelSetting setting) => true;

    public IKernels Make(KernelSetting setting)
    {
        if (fault == Fault.Making)
        {
            throw new PlatformNotSupportedException("no such instruction");
        }

        Made++;
        return new Kernels(this, new CpuKernelMaker().Make(setting), fault);
    }

    private sealed class Kernels(FaultyMaker maker, IKernels right, Fault fault) : IKernels
    {
        public string Name => maker.Name;

        public IStepKernels Begin(StepLayout layout) => new Step(right.Begin(layout), fault);

        public void Dispose()
        {
            maker.Disposed++;
            right.Dispose();
        }
    }

    private sealed class Step(IStepKernels right, Fault fault) : IStepKernels
    {
        public Tensor Norm(Tensor residual, Tensor? delta, Tensor weight)
        {
            Tensor result = right.Norm(residual, delta, weight);
            Spoil(Fault.Norm, result);
            Spoil(Fault.ResidualSum, residual);
            return result;
        }

        public void RotateAndStore(Tensor queryKeyValue, HeadNorms? norms, LayerConfig layer, LayerCache cache)
        {
            right.RotateAndStore(queryKeyValue, norms, layer, cache);
            Spoil(Fault.Rotation, queryKeyValue);
            Spoil(Fault.Cache, cache.Slots);
        }

        public Tensor Attend(Tensor queryKeyValue, LayerConfig layer, LayerCache cache)
        {
            Tensor result = right.Attend(queryKeyValue, layer, cache);
            Spoil(Fault.Attention, result);
            if (fault == Fault.AttentionNotANumber)
            {
                result[^1, ^1] = float.NaN;
            }

            return result;
        }

        public Tensor Gate(Tensor gateUp)
        {
            if (fault == Fault.Throwing)
            {
                throw new ArithmeticException("thrown by a part");
            }

            Tensor result = right.Gate(gateUp);
            Spoil(Fault.Gate, result);
            return result;
        }

        public Tensor Choose(Tensor logits, Tensor? allowed = null)
        {
            Tensor result = right.Choose(logits, allowed);
            Spoil(Fault.Choice, result);
            return result;
        }

        public void Dispose() => right.Dispose();

        /// <summary>Shifts the last value: one is enough to be wrong.</summary>
        private void Spoil(Fault what, Tensor tensor)
        {
            if (fault == what)
            {
                Tensor last = tensor.view(-1)[^1];
                last.copy_(torch.tensor(last.to(ScalarType.Float32).item<float>() + 1));
            }
        }
    }
}
