using Pipeline.Engine.Embedding.Packing;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Embedding.Decoders;

/// <summary>
/// A decoder as an embedding model: its tokens' states are the rows of the final norm. Every step computes its inputs whole, so
/// that keys and values of a layer are needed no longer than for that layer: all layers share the memory of one.
/// </summary>
internal sealed class DecoderEmbedder : IEmbedder
{
    private const int BlockSize = 16;

    private readonly Decoder _decoder;
    private readonly KernelChoice _kernels;
    private readonly ComputeSetting _compute;
    private readonly WorkModel _work;
    private readonly StepLayout _layout = new(BlockSize);
    private readonly StepUpload _upload;
    private KvCache? _cache;
    private int _blocks;

    /// <summary>Makes an embedder that owns decoder and kernels.</summary>
    public DecoderEmbedder(EmbedderConfig config, Decoder decoder, KernelChoice kernels, ComputeSetting compute)
    {
        Config = config with { Assumption = kernels.Warning ?? config.Assumption };
        _decoder = decoder;
        _kernels = kernels;
        _compute = compute;
        _work = new WorkModel(decoder.Config);
        _upload = new StepUpload(compute.Device);
    }

    /// <inheritdoc/>
    public EmbedderConfig Config { get; }

    /// <summary>Loads a decoder without its head, and makes its kernels.</summary>
    public static DecoderEmbedder Load(EngineOptions options, ModelConfig model, EmbedderConfig config, ComputeSetting compute)
    {
        Decoder decoder = DecoderLoader.Load(
            options.ModelDirectory, model, compute.Type, compute.Device, Layers.LinearMakers.For(options.Dtype, compute.Type, compute.Device), withHead: false);
        try
        {
            KernelSetting setting = new(model, BlockSize, compute.Type, compute.Device, compute.Threads);
            return new DecoderEmbedder(config, decoder, KernelChoice.Make(setting, options.Kernels, KernelMakers.All), compute);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Forward(PackedStep step)
    {
        LayOut(step);
        LayerCache cache = Reserve(_layout.BlockCount);
        StepInputs inputs = _upload.Send(_layout, null);
        using IStepKernels kernels = _kernels.Kernels.Begin(_layout);
        return _decoder.States(inputs.Tokens, [.. Enumerable.Repeat(cache, _decoder.Config.Layers)], kernels);
    }

    /// <inheritdoc/>
    public double Work(int length) => _work.Of(0, length, chosen: 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _upload.Dispose();
        _cache?.Dispose();
        _kernels.Kernels.Dispose();
        _decoder.Dispose();
    }

    private void LayOut(PackedStep step)
    {
        _layout.Clear();
        int block = 0;
        foreach (EmbeddingInput input in step.Inputs)
        {
            Sequence sequence = new($"{input.Index}", input.Tokens, 1, "");
            int blocks = _layout.BlocksFor(input.Tokens.Length);
            sequence.Table.Blocks.AddRange(Enumerable.Range(block, blocks));
            _layout.Add(new PlannedChunk(sequence, 0, input.Tokens.Length));
            block += blocks;
        }
    }

    /// <summary>Memory for the step, with nothing in it: what an earlier one left may be no numbers, and masked slots are multiplied by 0.</summary>
    private LayerCache Reserve(int blocks)
    {
        if (_cache is null || _blocks < blocks)
        {
            _cache?.Dispose();
            _blocks = Math.Max(blocks, 2 * _blocks);
            _cache = new KvCache(_decoder.Config with { Layers = 1 }, _blocks, BlockSize, _compute.Type, _compute.Device);
        }

        _cache.Layers[0].Slots.zero_().Dispose();
        return _cache.Layers[0];
    }
}
