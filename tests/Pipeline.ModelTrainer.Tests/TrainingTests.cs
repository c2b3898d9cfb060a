using Pipeline.Engine;
using Pipeline.Engine.Execution;
using Pipeline.ModelTrainer.Commands;
using Pipeline.ModelTrainer.Tokenizers;
using Pipeline.ModelTrainer.Training;

namespace Pipeline.ModelTrainer.Tests;

public sealed class TrainingTests : IDisposable
{
    private static readonly BpeTokenizer Tokenizer = TokenizerCommand.Train(seed: 3, documents: 100, vocabulary: 400);

    private static readonly LlamaShape Shape = new()
    {
        Vocabulary = 400, Hidden = 64, Layers = 2, Heads = 2, KeyValueHeads = 1, HeadSize = 64, Intermediate = 64,
    };

    private static readonly TrainingPlan Plan = new()
    {
        Seed = 9, ExamplesPerStep = 4, MicroBatchTokens = 600, ExerciseSteps = 4, GrowthSteps = 4, WarmupSteps = 2,
    };

    private readonly string directory = Directory.CreateTempSubdirectory("trainer-").FullName;

    static TrainingTests() => LibtorchLoader.EnsureLoaded();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void The_same_seed_gives_the_same_weights_on_any_number_of_threads_stopped_or_not()
    {
        var straight = Train("straight", threads: 1);
        Assert.Equal(straight, Train("again", threads: 3));
        Train("stopped", threads: 2, stopAt: 3);
        Assert.Equal(straight, Train("stopped", threads: 2));
    }

    [Fact]
    public void Another_seed_gives_other_weights() =>
        Assert.NotEqual(Train("one", threads: 2), Train("two", threads: 2, plan: Plan with { Seed = 10 }));

    [Fact]
    public void A_checkpoint_of_another_recipe_is_refused()
    {
        Train("other", threads: 2, stopAt: 2);
        var error = Assert.Throws<InvalidDataException>(() => Train("other", threads: 2, plan: Plan with { MatrixRate = 0.01 }));
        Assert.Contains("other settings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_lowers_the_loss_and_a_model_begins_able_to_copy()
    {
        using var log = new StringWriter();
        var wide = Shape with { Hidden = 256, Heads = 4, KeyValueHeads = 2 };
        Train("learn", threads: 2, plan: Plan with { ExamplesPerStep = 12, ExerciseSteps = 1000, WarmupSteps = 10 }, steps: 30, log: log, shape: wide);
        var losses = log.ToString().Split('\n').Where(l => l.StartsWith("step", StringComparison.Ordinal) && !l.Contains("held-out", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, losses.Count);
        double Number(string line, string name) => double.Parse(line.Split(name)[1].Trim().Split(' ')[0].TrimEnd('%'), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Number(losses[2], "loss") < Number(losses[0], "loss") - 0.5, log.ToString());

        // Of 400 tokens the most frequent one is right far less often; only copying gets here in 30 steps.
        Assert.True(Number(losses[2], "hits") > 30, log.ToString());
    }

    [Fact]
    public async Task The_engine_loads_and_runs_what_training_writes()
    {
        Train("written", threads: 2, steps: 2);
        await using var engine = new EngineLoop(InferenceEngine.Load(new EngineOptions { ModelDirectory = Path.Combine(directory, "written-model"), Threads = 1 }));
        var request = new GenerationRequest { Id = "1", Prompt = engine.Tokenizer.Encode("TOTAL", addSpecialTokens: true), MaxTokens = 3, IgnoreEndTokens = true };
        var result = await engine.GenerateAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(3, result.CompletionTokens);
        Assert.Equal(BpeTokenizer.MessageEnd, Assert.Single(engine.ModelConfig.EndTokens.Except([BpeTokenizer.EndOfText])));
    }

    [Fact]
    public void The_rate_warms_up_stays_and_decays()
    {
        var plan = new TrainingPlan { WarmupSteps = 10 };
        Assert.Equal(0.1, plan.RateFactor(0, 100, 20), 9);
        Assert.Equal(1, plan.RateFactor(10, 100, 20), 9);
        Assert.Equal(1, plan.RateFactor(80, 100, 20), 9);
        Assert.Equal(0.5, plan.RateFactor(90, 100, 20), 9);
        Assert.Equal(0.05, plan.RateFactor(99, 100, 20), 9);
        Assert.Equal(1, plan.RateFactor(99, 100, 0), 9);
    }

    [Fact]
    public void A_micro_batch_foretells_each_answer_token_from_the_one_before()
    {
        var examples = new[] { new Example([5, 6, 7, 8], 2), new Example([9, 10, 11, 12, 13], 3) };
        var batch = Assert.Single(MicroBatch.Cut(examples, Plan with { DocumentWeight = 0 }));
        Assert.Equal([5, 6, 7, 8, 0, 9, 10, 11, 12, 13], batch.Ids);
        Assert.Equal([1, 2, 7, 8], batch.Positions);
        Assert.Equal([7, 8, 12, 13], batch.Targets);
        Assert.Equal([1f, 1f, 1f, 1f], batch.Weights);
    }

    [Fact]
    public void Micro_batches_stay_within_their_size_unless_one_example_alone_is_larger()
    {
        var examples = Enumerable.Range(1, 30).Select(n => new Example(new int[n * 10], 1)).ToList();
        var batches = MicroBatch.Cut(examples, Plan with { MicroBatchTokens = 200 });
        Assert.Equal(30, batches.Sum(b => b.Rows));
        Assert.All(batches, b => Assert.True(b.Rows == 1 || b.Ids.Length <= 200));
    }

    private string Train(string name, int threads, int? stopAt = null, TrainingPlan? plan = null, int steps = 6, TextWriter? log = null, LlamaShape? shape = null)
    {
        var run = new TrainingRun(steps, DecaySteps: 2, stopAt, CheckpointEvery: 100, Path.Combine(directory, name), threads, HeldOut: 2);
        var model = new Trainer(shape ?? Shape, plan ?? Plan, run, Tokenizer, TimeProvider.System, log ?? TextWriter.Null).Train(TestContext.Current.CancellationToken);
        var files = Path.Combine(directory, name + "-model");
        ModelFiles.Write(model, Tokenizer, files);
        var weights = File.ReadAllBytes(Path.Combine(files, "model.safetensors"));
        var state = File.ReadAllBytes(Path.Combine(directory, name, "checkpoint.safetensors"));
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([.. weights, .. state]));
    }
}
