using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>Grouped-query attention over the paged cache.</summary>
/// <param name="Model">The shape.</param>
/// <param name="Config">What the layer has of its own.</param>
/// <param name="QueryKeyValue">hidden to (heads + 2 * key-value heads) * head size: three projections in one.</param>
/// <param name="HeadNorms">Norms of the query and key heads, or null.</param>
/// <param name="Output">heads * head size to hidden.</param>
internal sealed record AttentionLayer(
    ModelConfig Model, LayerConfig Config, Linear QueryKeyValue, HeadNorms? HeadNorms, Linear Output) : IDisposable
{
    /// <summary>Computes [rows, hidden] from normalised [rows, hidden], and caches the rows' keys and values.</summary>
    public Tensor Forward(Tensor x, LayerCache cache, IStepKernels kernels)
    {
        Tensor projected = QueryKeyValue.Apply(x).view(x.shape[0], Model.Heads + (2 * Model.KeyValueHeads), Model.HeadSize);
        kernels.RotateAndStore(projected, HeadNorms, Config, cache);
        return Output.Apply(kernels.Attend(projected, Config, cache));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        QueryKeyValue.Dispose();
        HeadNorms?.Dispose();
        Output.Dispose();
    }
}
