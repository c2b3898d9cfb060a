using Pipeline.Engine.Cache;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Support;

/// <summary>The engine's logits after every token of a text, read in one step.</summary>
internal static class EngineLogits
{
    private const int BlockSize = 16;

    /// <summary>Computes them.</summary>
    /// <param name="directory">The model.</param>
    /// <param name="tokens">The text.</param>
    /// <param name="kernels">The kernels' name, or auto.</param>
    /// <param name="dtype">float32, bfloat16 or int8.</param>
    public static double[][] Of(string directory, int[] tokens, string kernels = KernelChoice.Auto, string dtype = "float32")
    {
        LibtorchLoader.EnsureLoaded();
        ModelConfig config = ModelConfigReader.Read(directory);
        ScalarType type = dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16;
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        using Decoder decoder = DecoderLoader.Load(directory, config, type, torch.CPU, LinearMakers.For(dtype, type, torch.CPU));
        KernelChoice choice = KernelChoice.Make(new KernelSetting(config, BlockSize, type, torch.CPU, 2), kernels, KernelMakers.All);
        Assert.Null(choice.Warning);
        using IKernels made = choice.Kernels;
        BlockLedger ledger = new(new BlockPool((tokens.Length / BlockSize) + 1), BlockSize, prefixCaching: false);
        Sequence sequence = new("text", tokens, 1, "") { IsStretched = tokens.Length > config.StretchedFrom };
        ledger.Grow(sequence.Table, tokens.Length);
        StepLayout layout = new(BlockSize);
        layout.Add(new PlannedChunk(sequence, 0, tokens.Length));
        using KvCache cache = new(config, ledger.Pool.Total, BlockSize, type, torch.CPU);
        using IStepKernels step = made.Begin(layout);
        long[] ids = [.. tokens.Select(token => (long)token)], rows = [.. Enumerable.Range(0, tokens.Length).Select(row => (long)row)];
        Tensor logits = decoder.Forward(new StepInputs(torch.tensor(ids), torch.tensor(rows)), cache, step)!.to(ScalarType.Float64);
        return [.. Enumerable.Range(0, tokens.Length).Select(row => logits[row].data<double>().ToArray())];
    }
}
