using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Kernels.Torch;

/// <summary>Chunks of a step that attend in one call: each with as many rows, over blocks gathered and padded to the longest.</summary>
internal sealed class TorchAttentionGroup
{
    private readonly TorchKernels _kernels;
    private readonly ModelConfig _model;
    private readonly Tensor _blocks;
    private readonly Dictionary<int, Tensor> _masks = [];
    private readonly int _count;
    private readonly int _queries;

    public TorchAttentionGroup(TorchKernels kernels, StepLayout layout, IReadOnlyList<StepChunk> chunks, Tensor positions)
    {
        _kernels = kernels;
        _model = kernels.Setting.Model;
        _count = chunks.Count;
        _queries = chunks[0].Rows;
        int blocks = chunks.Max(chunk => layout.BlocksFor(chunk.Context));
        Device device = kernels.Setting.Device;
        Rows = torch.tensor(chunks.SelectMany(chunk => Enumerable.Range(chunk.FirstRow, chunk.Rows)).Select(row => (long)row).ToArray())
            .to(device);
        _blocks = torch.tensor(chunks.SelectMany(chunk => Enumerable.Range(0, blocks).Select(
            i => i < layout.BlocksFor(chunk.Context) ? (long)layout.Blocks[chunk.FirstBlock + i] : 0)).ToArray()).to(device);

        Tensor slots = kernels.Slots((long)blocks * layout.BlockSize), own = positions.index_select(0, Rows).view(_count, 1, 1, _queries, 1);
        foreach (int? window in _model.Windows)
        {
            _masks.Add(window ?? 0, Mask(slots, own, window));
        }
    }

    /// <summary>int64: the step's rows that are the group's.</summary>
    public Tensor Rows { get; }

    /// <summary>
    /// Chunks of one row go together, in groups whose longest context is at most a half longer than the shortest (or by four
    /// blocks): the padded rest is gathered for nothing. Others go alone.
    /// </summary>
    public static IEnumerable<IReadOnlyList<StepChunk>> Of(StepLayout layout)
    {
        List<StepChunk> group = [];
        foreach (StepChunk chunk in layout.ChunkAt.Take(layout.Chunks).Where(chunk => chunk.Rows == 1).OrderBy(chunk => chunk.Context))
        {
            int shortest = group.Count > 0 ? layout.BlocksFor(group[0].Context) : int.MaxValue;
            if (group.Count > 0 && layout.BlocksFor(chunk.Context) > Math.Max(shortest + 4L, shortest * 3L / 2))
            {
                yield return group;
                group = [];
            }

            group.Add(chunk);
        }

        if (group.Count > 0)
        {
            yield return group;
        }

        foreach (StepChunk chunk in layout.ChunkAt.Take(layout.Chunks).Where(chunk => chunk.Rows > 1))
        {
            yield return [chunk];
        }
    }

    /// <summary>Attention of the group's queries ([rows of the group, heads, head size]).</summary>
    /// <returns>[rows of the group, heads * head size].</returns>
    public Tensor Attend(Tensor queries, LayerConfig layer, LayerCache cache)
    {
        int keyHeads = _model.KeyValueHeads, size = _model.HeadSize;

        // All query heads of a key head stand as rows of one matrix, so that keys are not repeated for each.
        Tensor q = queries.reshape(_count, _queries, keyHeads, _model.Group, size)
            .permute(0, 2, 3, 1, 4).reshape(_count, keyHeads, _model.Group * _queries, size);
        Tensor gathered = cache.Blocks.index_select(0, _blocks)
            .view(_count, -1, 2, keyHeads, size).permute(2, 0, 3, 1, 4);
        Tensor attended = Attend(q, gathered[0], gathered[1], _masks[layer.Window ?? 0]);
        return attended.reshape(_count, keyHeads, _model.Group, _queries, size)
            .permute(0, 3, 1, 2, 4).reshape(_count * _queries, _model.Heads * size);
    }

    private Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor mask)
    {
        // One call where the scale is the usual one and nothing is capped; torch's has no cap, and TorchSharp's no scale.
        if (_kernels.Cap is null && _kernels.HasUsualScale)
        {
            return scaled_dot_product_attention(queries, keys, values, mask);
        }

        Tensor scores = queries.to(ScalarType.Float32).matmul(keys.to(ScalarType.Float32).transpose(-1, -2)).mul_(_kernels.AttentionScale);
        if (_kernels.Cap is not null)
        {
            scores.mul_(_kernels.InverseCap!).tanh_().mul_(_kernels.Cap);
        }

        return softmax(scores.add_(mask, Scalars.One), -1).to(values.dtype).matmul(values);
    }

    /// <summary>[chunks, 1, rows, context]: 0 for what a row sees, and minus infinity for what comes later or lies before its window.</summary>
    private Tensor Mask(Tensor slots, Tensor own, int? window)
    {
        Tensor hidden = slots.gt(own);
        if (window is { } seen)
        {
            hidden = hidden.logical_or(slots.le(own.add(torch.tensor([-(long)seen], device: own.device), Scalars.One)));
        }

        long context = slots.shape[0];
        return torch.zeros(hidden.shape, dtype: _kernels.Setting.Type, device: own.device)
            .masked_fill_(hidden, Scalars.NegativeInfinity)
            .expand(_count, 1, _model.Group, _queries, context)
            .reshape(_count, 1, _model.Group * _queries, context);
    }
}
