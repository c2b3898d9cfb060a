using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Pipeline.ModelTrainer.Training;

/// <summary>What a training step came to.</summary>
/// <param name="AnswerLoss">Mean loss of answer tokens, in nats.</param>
/// <param name="AnswerHits">The share of answer tokens that were the first choice.</param>
/// <param name="Tokens">Tokens without padding.</param>
internal sealed record StepResult(double AnswerLoss, double AnswerHits, int Tokens);

/// <summary>
/// Runs training steps. Micro-batches run side by side, each on one thread, and their gradients are added in order:
/// the outcome does not depend on the number of threads or on which of them was faster.
/// </summary>
internal sealed class StepRunner(LlamaModel model, Optimizer optimizer, int threads)
{
    private readonly ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Learns from a step's micro-batches.</summary>
    public StepResult Run(IReadOnlyList<MicroBatch> batches, int tokens, int step, double factor)
    {
        StepResult? result = null;
        CollectionPause.During(() => result = Learn(batches, tokens, step, factor));
        return result!;
    }

    /// <summary>The loss and hits of answers, without learning from them.</summary>
    public StepResult Measure(IReadOnlyList<MicroBatch> batches, int tokens)
    {
        var sums = new (double Loss, int Hits, int Count)[batches.Count];
        CollectionPause.During(() => Parallel.For(0, batches.Count, parallel, i =>
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            sums[i] = Forward(batches[i]).Sums;
        }));
        return Result(sums, tokens);
    }

    private StepResult Learn(IReadOnlyList<MicroBatch> batches, int tokens, int step, double factor)
    {
        var weight = batches.Sum(b => b.Weights.Sum(w => (double)w));
        var gradients = new Tensor[batches.Count][];
        var sums = new (double Loss, int Hits, int Count)[batches.Count];
        Parallel.For(0, batches.Count, parallel, i => (gradients[i], sums[i]) = Gradients(batches[i], weight));
        Parallel.For(0, model.Parameters.Count, parallel, p =>
        {
            using var scope = NewDisposeScope();
            var sum = gradients[0][p].to_type(ScalarType.Float32);
            for (var i = 1; i < gradients.Length; i++)
            {
                sum += gradients[i][p];
            }

            optimizer.Update(p, sum, step, factor);
        });
        foreach (var gradient in gradients.SelectMany(g => g))
        {
            gradient.Dispose();
        }

        return Result(sums, tokens);
    }

    private static StepResult Result((double Loss, int Hits, int Count)[] sums, int tokens)
    {
        var count = sums.Sum(s => s.Count);
        return new StepResult(sums.Sum(s => s.Loss) / count, sums.Sum(s => s.Hits) / (double)count, tokens);
    }

    private (Tensor[] Gradients, (double Loss, int Hits, int Count) Sums) Gradients(MicroBatch batch, double weight)
    {
        using var scope = NewDisposeScope();
        var (losses, sums) = Forward(batch);
        var total = (losses * tensor(batch.Weights)).sum() / weight;
        var gradients = autograd.grad([total], [.. model.Parameters.Select(p => p.Working)]);
        foreach (var gradient in gradients)
        {
            gradient.DetachFromDisposeScope();
        }

        return ([.. gradients], sums);
    }

    private (Tensor Losses, (double Loss, int Hits, int Count) Sums) Forward(MicroBatch batch)
    {
        var ids = tensor(batch.Ids, batch.Rows, batch.Columns);
        var targets = tensor(batch.Targets);
        var scores = model.Scores(model.Hidden(ids, tensor(batch.Positions)));
        var losses = functional.cross_entropy(scores, targets, reduction: Reduction.None);
        using var guard = no_grad();
        var answer = tensor(batch.Weights).eq(1f);
        var hits = scores.argmax(1).eq(targets).logical_and(answer).sum().item<long>();
        return (losses, ((losses.detach() * answer).sum().item<float>(), (int)hits, (int)answer.sum().item<long>()));
    }
}
