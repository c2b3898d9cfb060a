using System.Collections.Concurrent;
using Pipeline.ModelTrainer.Tokenizers;

namespace Pipeline.ModelTrainer.Training;

/// <summary>How far and where a training run goes.</summary>
/// <param name="StepsTotal">The number of the last step; a run stops there.</param>
/// <param name="DecaySteps">The steps at the end over which the learning rate goes to 0; none leaves the run open for more.</param>
/// <param name="StopAt">A step to stop at before the end, with a checkpoint; null to go on to the end.</param>
/// <param name="CheckpointEvery">Steps between checkpoints.</param>
/// <param name="Directory">Where checkpoints go.</param>
/// <param name="Threads">Threads to compute on. Does not change the outcome.</param>
/// <param name="Start">A checkpoint of an earlier run whose weights a new run begins with; null to begin from scratch.</param>
/// <param name="HeldOut">The number of examples that are measured and not learned from.</param>
internal sealed record TrainingRun(int StepsTotal, int DecaySteps, int? StopAt, int CheckpointEvery, string Directory, int Threads, string? Start = null, int HeldOut = 64);

/// <summary>Trains from scratch or from the newest checkpoint of the run's directory.</summary>
internal sealed class Trainer(LlamaShape shape, TrainingPlan plan, TrainingRun run, BpeTokenizer tokenizer, TimeProvider time, TextWriter log)
{
    private string Recipe => $"{shape} {plan}";

    /// <summary>Trains and returns the model.</summary>
    public LlamaModel Train(CancellationToken stop)
    {
        TorchSharp.torch.set_num_threads(1);
        Directory.CreateDirectory(run.Directory);
        var model = new LlamaModel(shape, plan.Seed);
        var optimizer = new Optimizer(model, plan);
        var checkpoint = Path.Combine(run.Directory, "checkpoint.safetensors");
        if (run.Start is { } start)
        {
            Checkpoint.LoadWeights(start, model);
        }

        var first = File.Exists(checkpoint) ? Checkpoint.Load(checkpoint, model, optimizer, Recipe) : 0;
        var last = Math.Min(run.StepsTotal, run.StopAt ?? run.StepsTotal);
        log.WriteLine($"{shape.Parameters:N0} parameters, steps {first} to {last} of {run.StepsTotal}");
        var runner = new StepRunner(model, optimizer, run.Threads);
        var heldOut = HeldOut();
        if (first == 0)
        {
            var measured = runner.Measure(heldOut.Batches, heldOut.Tokens);
            log.WriteLine($"step 0  held-out loss {measured.AnswerLoss:F4}  hits {measured.AnswerHits:P2}");
        }

        using var ready = new BlockingCollection<(List<MicroBatch> Batches, int Tokens)>(4);
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var producer = Task.Run(() => Produce(first, last, ready, abandoned.Token), CancellationToken.None);
        try
        {
            Steps(first, last, model, optimizer, runner, heldOut, ready, checkpoint, stop);
        }
        finally
        {
            abandoned.Cancel();
        }

        producer.GetAwaiter().GetResult();
        return model;
    }

    private void Steps(
        int first, int last, LlamaModel model, Optimizer optimizer, StepRunner runner, (List<MicroBatch>, int) heldOut,
        BlockingCollection<(List<MicroBatch> Batches, int Tokens)> ready, string checkpoint, CancellationToken stop)
    {
        var (loss, hits, tokens, seen) = (0.0, 0.0, 0L, 0);
        var since = time.GetTimestamp();
        for (var step = first; step < last && !stop.IsCancellationRequested; step++)
        {
            // A producer that failed has completed the collection: its exception follows from the caller's await.
            if (!ready.TryTake(out var next, Timeout.Infinite, CancellationToken.None))
            {
                return;
            }

            var result = runner.Run(next.Batches, next.Tokens, step, plan.RateFactor(step, run.StepsTotal, run.DecaySteps));
            (loss, hits, tokens, seen) = (loss + result.AnswerLoss, hits + result.AnswerHits, tokens + result.Tokens, seen + 1);
            var done = step + 1;
            if (done % 10 == 0 || done == last)
            {
                var seconds = time.GetElapsedTime(since).TotalSeconds;
                log.WriteLine($"step {done}  loss {loss / seen:F4}  hits {hits / seen:P2}  {tokens / seconds:F0} tokens/s  {tokens / seen} tokens/step");
                (loss, hits, tokens, seen) = (0, 0, 0, 0);
                since = time.GetTimestamp();
            }

            if (done % run.CheckpointEvery == 0 || done == last || stop.IsCancellationRequested)
            {
                Checkpoint.Save(checkpoint, model, optimizer, done, Recipe);
                var measured = runner.Measure(heldOut.Item1, heldOut.Item2);
                log.WriteLine($"step {done}  held-out loss {measured.AnswerLoss:F4}  hits {measured.AnswerHits:P2}  checkpoint saved");
                since = time.GetTimestamp();
            }
        }
    }

    // Examples are made a few steps ahead while the model computes.
    private void Produce(int first, int last, BlockingCollection<(List<MicroBatch> Batches, int Tokens)> ready, CancellationToken stop)
    {
        try
        {
            var source = new ExampleSource(tokenizer, plan);
            for (var step = first; step < last; step++)
            {
                var examples = source.Of(step);
                ready.Add((MicroBatch.Cut(examples, plan), examples.Sum(e => e.Ids.Length)), stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The steps stopped first: nobody waits for more.
        }
        finally
        {
            ready.CompleteAdding();
        }
    }

    private (List<MicroBatch> Batches, int Tokens) HeldOut()
    {
        var full = plan with { Seed = plan.Seed ^ 0x5EED_0FF, ExerciseSteps = 0, GrowthSteps = 0, ExamplesPerStep = run.HeldOut, DocumentWeight = 0 };
        var examples = new ExampleSource(new BpeTokenizer(tokenizer.Merges), full).Of(1);
        return (MicroBatch.Cut(examples, full), examples.Sum(e => e.Ids.Length));
    }
}
