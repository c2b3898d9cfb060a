using Pipeline.Engine.Embedding.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Embedding.Pooling;

/// <summary>Makes one vector of the states of each input's tokens.</summary>
internal sealed class Pooler(PoolingMode mode)
{
    /// <summary>Pools a step.</summary>
    /// <param name="states">[rows, width]: the states, in the step's order.</param>
    /// <param name="groups">The step's inputs of equal length, in row order.</param>
    /// <returns>float32 [inputs, width]; lives in the caller's dispose scope.</returns>
    public Tensor Pool(Tensor states, IReadOnlyList<LengthGroup> groups)
    {
        Tensor[] pooled = [.. groups.Select(group => Pool(states.narrow(0, group.FirstRow, group.Rows).view(group.Count, group.Length, -1)))];
        return pooled.Length == 1 ? pooled[0] : torch.cat(pooled);
    }

    private Tensor Pool(Tensor states)
    {
        long length = states.shape[1];
        return mode switch
        {
            PoolingMode.Cls => states.select(1, 0).to(ScalarType.Float32),
            PoolingMode.LastToken => states.select(1, length - 1).to(ScalarType.Float32),
            PoolingMode.Mean => states.mean([1], type: ScalarType.Float32),
            PoolingMode.Max => states.amax([1]).to(ScalarType.Float32),
            PoolingMode.MeanSqrtLength => Weighted(states, Enumerable.Repeat(1 / MathF.Sqrt(length), (int)length)),
            PoolingMode.WeightedMean => Weighted(states, Enumerable.Range(1, (int)length).Select(place => 2f * place / (length * (length + 1f)))),
            _ => throw new InvalidOperationException($"There is no pooling {mode}."),
        };
    }

    private static Tensor Weighted(Tensor states, IEnumerable<float> weights)
    {
        Tensor row = torch.tensor(weights.ToArray(), [1, 1, states.shape[1]]).to(states.device);
        return row.expand(states.shape[0], 1, -1).bmm(states.to(ScalarType.Float32)).squeeze(1);
    }
}
