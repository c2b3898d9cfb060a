using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Layers;

/// <summary>Grouped-query attention over the paged cache.</summary>
/// <param name="Model">The shape.</param>
/// <param name="QueryKeyValue">[(heads + 2 * key-value heads) * head size, hidden]: three projections in one.</param>
/// <param name="QueryKeyValueBias">Its bias, or null.</param>
/// <param name="Output">[hidden, heads * head size].</param>
/// <param name="OutputBias">Its bias, or null.</param>
internal sealed record AttentionLayer(
    ModelConfig Model, Tensor QueryKeyValue, Tensor? QueryKeyValueBias, Tensor Output, Tensor? OutputBias)
{
    /// <summary>Computes [rows, hidden] from normalised [rows, hidden], and caches the rows' keys and values.</summary>
    public Tensor Forward(Tensor x, StepInputs step, LayerCache cache, IKernels kernels)
    {
        int heads = Model.Heads, keyHeads = Model.KeyValueHeads;
        Tensor projected = linear(x, QueryKeyValue, QueryKeyValueBias)
            .view(x.shape[0], heads + (2 * keyHeads), Model.HeadSize);
        kernels.Rotate(projected.narrow(1, 0, heads + keyHeads), step.Rotation);

        // All is written before any is read: sequences of one step may share blocks that it fills.
        kernels.Store(projected.narrow(1, heads, 2 * keyHeads), step.Slots, cache);
        Tensor queries = projected.narrow(1, 0, heads);
        Tensor[] attended = [.. step.Groups.Select(group => kernels.Attend(
            queries.narrow(0, group.FirstRow, group.Sequences * group.Queries), cache, group))];
        return linear(attended.Length == 1 ? attended[0] : cat(attended), Output, OutputBias);
    }
}
