using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Runs plans on the device. Owns the model and the cache's memory. One thread at a time.</summary>
internal sealed class ModelRunner(Decoder decoder, KvCache cache, StepInputsBuilder inputs, IKernels kernels, int blockSize)
    : IDisposable
{
    /// <summary>Computes the plan's chunks and chooses the next tokens of those that sample.</summary>
    /// <param name="plan">What to compute; not empty.</param>
    /// <param name="sampling">How a chunk's next token is chosen; asked only for those that sample.</param>
    /// <returns>The next token of each sequence that got one, or <see cref="Sampler.NotFinite"/>.</returns>
    public IReadOnlyList<(Sequence Sequence, long Token)> Run(StepPlan plan, Func<Sequence, SamplingRow> sampling)
    {
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        IReadOnlyList<IReadOnlyList<PlannedChunk>> groups = AttentionGrouping.Of(plan, blockSize);
        Sequence[] sampled = [.. groups.SelectMany(group => group).Where(chunk => chunk.Samples).Select(chunk => chunk.Sequence)];
        Tensor logits = decoder.Forward(inputs.Build(groups), cache, kernels);
        if (sampled.Length == 0)
        {
            return [];
        }

        // The only wait for the device in a step.
        Tensor tokens = Sampler.Choose(logits, [.. sampled.Select(sampling)]).cpu();
        return [.. sampled.Zip(tokens.data<long>().ToArray())];
    }

    /// <summary>Zeroes the contents of blocks that went bad.</summary>
    public void Clear(IReadOnlyCollection<int> blocks) => cache.Clear(blocks);

    /// <inheritdoc/>
    public void Dispose()
    {
        inputs.Dispose();
        cache.Dispose();
        decoder.Dispose();
    }
}
