using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Layers;

/// <summary>
/// A mixture of experts: a router weighs the experts for each row, and the row passes the few that weigh most. Rows are put in the
/// order of their experts, so that each expert's products are over its own rows and nothing else. Which rows those are the host
/// has to know: on a device that computes by itself it waits for the router of every such layer.
/// </summary>
/// <param name="Config">How many experts.</param>
/// <param name="Router">hidden to experts.</param>
/// <param name="Experts">The experts.</param>
internal sealed record MixtureLayer(MixtureConfig Config, Linear Router, IReadOnlyList<FeedForwardLayer> Experts) : IFeedForward
{
    private readonly Scalar _activePerRow = Config.Active;

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, IStepKernels kernels)
    {
        // Shares are worked out in float32, as the reference does, and rounded to the type that is computed in.
        Tensor shares = softmax(Router.Apply(x).to(ScalarType.Float32), -1);
        (Tensor weights, Tensor chosen) = shares.topk(Config.Active, -1);
        weights = (Config.Normalised ? weights.div_(weights.sum(-1, keepdim: true)) : weights).to(x.dtype);

        Tensor order = chosen.view(-1).argsort(0);
        Tensor rows = order.floor_divide(_activePerRow), factors = weights.view(-1).index_select(0, order).unsqueeze(-1);
        long[] counts = [.. chosen.view(-1).bincount(null, Config.Experts).cpu().data<long>()];

        Tensor sorted = x.index_select(0, rows), sum = torch.zeros_like(x);
        long first = 0;
        for (int expert = 0; expert < counts.Length; first += counts[expert], expert++)
        {
            if (counts[expert] > 0)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                Tensor computed = Experts[expert].Forward(sorted.narrow(0, first, counts[expert]), kernels);
                computed.mul_(factors.narrow(0, first, counts[expert]));
                sum.index_add_(0, rows.narrow(0, first, counts[expert]), computed, Scalars.One);
            }
        }

        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Router.Dispose();
        foreach (FeedForwardLayer expert in Experts)
        {
            expert.Dispose();
        }
    }
}
