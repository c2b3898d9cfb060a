using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Runs plans on the device. Owns the model, the cache's memory and the kernels. One thread at a time.</summary>
internal sealed class ModelRunner(Decoder decoder, KvCache cache, IKernels kernels, int blockSize, Device device) : IDisposable
{
    private readonly StepLayout _layout = new(blockSize);
    private readonly List<Sequence> _sampled = [];

    /// <summary>Computes the plan's chunks and chooses the next tokens of those that sample.</summary>
    /// <param name="plan">What to compute; not empty.</param>
    /// <param name="sampling">How a chunk's next token is chosen; asked only for those that sample.</param>
    /// <returns>The next token of each sequence that got one, or <see cref="Sampler.NotFinite"/>.</returns>
    public IReadOnlyList<(Sequence Sequence, long Token)> Run(StepPlan plan, Func<Sequence, SamplingRow> sampling)
    {
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        LayOut(plan);
        using IStepKernels step = kernels.Begin(_layout);
        Tensor logits = decoder.Forward(Inputs(), cache, step);
        if (_sampled.Count == 0)
        {
            return [];
        }

        // The only wait for the device in a step.
        Tensor tokens = Sampler.Choose(logits, [.. _sampled.Select(sampling)]).cpu();
        return [.. _sampled.Zip(tokens.data<long>().ToArray())];
    }

    /// <summary>Zeroes the contents of blocks that went bad.</summary>
    public void Clear(IReadOnlyCollection<int> blocks) => cache.Clear(blocks);

    /// <inheritdoc/>
    public void Dispose()
    {
        kernels.Dispose();
        cache.Dispose();
        decoder.Dispose();
    }

    private void LayOut(StepPlan plan)
    {
        _layout.Clear();
        _sampled.Clear();
        foreach (PlannedChunk chunk in plan.Chunks)
        {
            _layout.Add(chunk);
            if (chunk.Samples)
            {
                _sampled.Add(chunk.Sequence);
            }
        }
    }

    private StepInputs Inputs()
    {
        Tensor packed = torch.tensor([.. _layout.Tokens.AsSpan(0, _layout.Rows), .. _layout.SampleRows.AsSpan(0, _layout.Samples)])
            .to(ScalarType.Int64).to(device);
        return new StepInputs(packed.narrow(0, 0, _layout.Rows), packed.narrow(0, _layout.Rows, _layout.Samples));
    }
}
