using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>The memory behind the block pool: keys and values of all layers, on the device.</summary>
internal sealed class KvCache : IDisposable
{
    private readonly Tensor _memory;

    /// <summary>Takes the memory, outside of any dispose scope. It is zeroed: masked slots are multiplied by 0, which must not meet a NaN.</summary>
    public KvCache(ModelConfig model, int blocks, int blockSize, ScalarType type, Device device)
    {
        long row = 2L * model.KeyValueHeads * model.HeadSize;
        _memory = torch.empty([model.Layers, (long)blocks * blockSize, row], dtype: type, device: device).DetachFromDisposeScope();
        HugePages.Ask(_memory);
        _memory.zero_().Dispose();
        Layers = [.. Enumerable.Range(0, model.Layers).Select(layer =>
        {
            Tensor slots = _memory.select(0, layer).DetachFromDisposeScope();
            return new LayerCache(slots, slots.view(blocks, blockSize * row).DetachFromDisposeScope());
        })];
    }

    /// <summary>Each layer's part.</summary>
    public IReadOnlyList<LayerCache> Layers { get; }

    /// <summary>Zeroes blocks whose contents went bad, before others use them: a masked slot is multiplied by 0.</summary>
    public void Clear(IReadOnlyCollection<int> blocks)
    {
        if (blocks.Count == 0)
        {
            return;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor index = torch.tensor(blocks.Select(block => (long)block).ToArray(), device: _memory.device);
        foreach (LayerCache layer in Layers)
        {
            layer.Blocks.index_fill_(0, index, Scalars.Zero);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LayerCache layer in Layers)
        {
            layer.Blocks.Dispose();
            layer.Slots.Dispose();
        }

        _memory.Dispose();
    }
}
