using Pipeline.Engine.Cache;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Torch;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Rounding;

/// <summary>Reads texts with a model in several dtypes, and compares what it expects next at every position.</summary>
internal sealed class Reader(string directory, ModelConfig config)
{
    private const int BlockSize = 16;

    /// <summary>Compares each dtype with float32.</summary>
    public Deviation[] Compare(int[][] texts, string[] dtypes)
    {
        LibtorchLoader.EnsureLoaded();
        using IDisposable inference = torch.inference_mode(true);
        using Decoder exact = Load("float32");
        return [.. dtypes.Select(dtype => Compare(texts, dtype, exact))];
    }

    private Deviation Compare(int[][] texts, string dtype, Decoder exact)
    {
        using Decoder other = Load(dtype);
        double positions = 0, squares = 0, errors = 0, same = 0, divergence = 0, loss = 0, exactLoss = 0;
        foreach (int[] text in texts)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Tensor truth = Logits(exact, text, ScalarType.Float32), found = Logits(other, text, ScalarType.BFloat16);
            Tensor truthLog = truth.log_softmax(-1), foundLog = found.log_softmax(-1);
            Tensor next = torch.tensor(text.Skip(1).Select(token => (long)token).ToArray()).unsqueeze(1);
            positions += text.Length;
            squares += SumOfSquares(truth - truth.mean([-1], keepdim: true));
            errors += SumOfSquares(truth - found);
            same += Sum(truth.argmax(-1).eq(found.argmax(-1)));
            divergence += Sum(truthLog.exp() * (truthLog - foundLog));
            loss -= Sum(foundLog.narrow(0, 0, text.Length - 1).gather(1, next));
            exactLoss -= Sum(truthLog.narrow(0, 0, text.Length - 1).gather(1, next));
        }

        double predicted = positions - texts.Length;
        return new Deviation(
            dtype, Math.Sqrt(errors / squares), same / positions, divergence / positions, Math.Exp(loss / predicted), Math.Exp(exactLoss / predicted));
    }

    private static double SumOfSquares(Tensor values) => Sum(values.mul(values));

    private static double Sum(Tensor values) => values.to(ScalarType.Float64).sum().item<double>();

    private Decoder Load(string dtype)
    {
        ScalarType type = Type(dtype);
        return DecoderLoader.Load(directory, config, type, torch.CPU, LinearMakers.For(dtype, type, torch.CPU));
    }

    private static ScalarType Type(string dtype) => dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16;

    /// <summary>float32 logits [tokens, vocabulary]: what is expected after each token, all before it read.</summary>
    private Tensor Logits(Decoder decoder, int[] text, ScalarType type)
    {
        BlockLedger ledger = new(new BlockPool((text.Length / BlockSize) + 1), BlockSize, prefixCaching: false);
        Sequence sequence = new("text", text, 1, "");
        ledger.Grow(sequence.Table, text.Length);
        StepLayout layout = new(BlockSize);
        layout.Add(new PlannedChunk(sequence, 0, text.Length));
        using KvCache cache = new(config, ledger.Pool.Total, BlockSize, type, torch.CPU);
        using IKernels kernels = new TorchKernelMaker().Make(new KernelSetting(config, BlockSize, type, torch.CPU, Environment.ProcessorCount));
        using IStepKernels step = kernels.Begin(layout);
        long[] tokens = [.. text.Select(token => (long)token)], rows = [.. Enumerable.Range(0, text.Length).Select(row => (long)row)];
        return decoder.Forward(new StepInputs(torch.tensor(tokens), torch.tensor(rows)), cache, step)!.to(ScalarType.Float32);
    }
}
