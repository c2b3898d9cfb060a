using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>The largest step that an engine will run, to see what memory it takes. Its outcome means nothing.</summary>
internal static class TrialStep
{
    /// <summary>Runs it: as many tokens as a step may have, of as many sequences as a step may choose tokens for, all drawn by chance.</summary>
    public static void Run(
        Decoder decoder, IKernels kernels, EngineOptions options, ScalarType type, Device device, TimeProvider time)
    {
        int running = Math.Min(Math.Max(EngineSize.MostRunning(options), StepLimits.UsualChosen), EngineSize.MostTokens(options));
        int each = Math.Min(EngineSize.MostTokens(options) / running, decoder.Config.ContextLength - 1);
        int blocks = (each + options.BlockSize - 1) / options.BlockSize;

        // All write to the same few blocks: there is no room for more yet.
        using KvCache cache = new(decoder.Config, blocks, options.BlockSize, type, device);
        ModelRunner runner = new(decoder, cache, kernels, options.BlockSize, device, time);
        using Flight flight = runner.MakeFlight();
        GenerationRequest request = new() { Id = "", Prompt = new int[each], MaxTokens = 1 };
        for (int i = 0; i < running; i++)
        {
            ActiveRequest sequence = new(request, new CompletionText(null, []), new TokenChoice(request, 0, []), 0);
            sequence.Table.Blocks.AddRange(Enumerable.Range(0, blocks));
            flight.Plan.Add(new PlannedChunk(sequence, 0, each));
        }

        runner.Launch(flight, null);
        runner.Read(flight);
    }
}
