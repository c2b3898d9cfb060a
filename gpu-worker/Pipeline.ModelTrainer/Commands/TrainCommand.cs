using System.CommandLine;
using Pipeline.Engine.Execution;
using Pipeline.ModelTrainer.Tokenizers;
using Pipeline.ModelTrainer.Training;

namespace Pipeline.ModelTrainer.Commands;

/// <summary><c>train</c>: trains the model, or goes on where a checkpoint stands.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "The model's directory: the tokenizer is read from it, the weights are written to it.", Required = true };
        var work = new Option<string>("--checkpoints") { Description = "Where checkpoints are kept.", Required = true };
        var steps = new Option<int>("--steps") { Description = "The last step.", Required = true };
        var decay = new Option<int>("--decay") { Description = "Steps at the end over which the learning rate goes to 0." };
        var stopAt = new Option<int?>("--stop-at") { Description = "Stop after this step, to go on later." };
        var every = new Option<int>("--checkpoint-every") { DefaultValueFactory = _ => 100 };
        var threads = new Option<int>("--threads") { Description = "Does not change the outcome.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1 };
        var hidden = new Option<int>("--hidden") { DefaultValueFactory = _ => 256 };
        var layers = new Option<int>("--layers") { DefaultValueFactory = _ => 4 };
        var heads = new Option<int>("--heads") { DefaultValueFactory = _ => 4 };
        var intermediate = new Option<int>("--intermediate") { DefaultValueFactory = _ => 704 };
        var rate = new Option<double>("--rate") { Description = "The learning rate of matrices; that of embeddings and norms is 0.15 of it.", DefaultValueFactory = _ => 0.02 };
        var start = new Option<string?>("--start") { Description = "A checkpoint of an earlier run to begin with: only its weights count." };
        var full = new Option<bool>("--full") { Description = "Full documents from the first step on, without exercises: for a run that begins with --start." };
        var echoes = new Option<double>("--echoes") { Description = "How often a document's words come again." };
        var command = new Command("train", "Trains the model on made-up documents.") { model, work, steps, decay, stopAt, every, threads, seed, hidden, layers, heads, intermediate, rate, start, full, echoes };
        command.SetAction((result, stop) =>
        {
            LibtorchLoader.EnsureLoaded();
            var directory = result.GetValue(model)!;
            var tokenizer = TokenizerFiles.Read(directory);
            var shape = new LlamaShape
            {
                Vocabulary = tokenizer.VocabularySize,
                Hidden = result.GetValue(hidden),
                Layers = result.GetValue(layers),
                Heads = result.GetValue(heads),
                KeyValueHeads = result.GetValue(heads) / 2,
                HeadSize = 64,
                Intermediate = result.GetValue(intermediate),
            };
            var plan = new TrainingPlan { Seed = result.GetValue(seed), MatrixRate = result.GetValue(rate), OtherRate = result.GetValue(rate) * 0.15, Context = shape.Context, Echoes = result.GetValue(echoes) };
            if (result.GetValue(full))
            {
                plan = plan with { ExerciseSteps = 0, GrowthSteps = 0 };
            }

            var run = new TrainingRun(
                result.GetValue(steps), result.GetValue(decay), result.GetValue(stopAt), result.GetValue(every), result.GetValue(work)!, result.GetValue(threads),
                result.GetValue(start));
            var trained = new Trainer(shape, plan, run, tokenizer, TimeProvider.System, Console.Out).Train(stop);
            ModelFiles.Write(trained, tokenizer, directory);
            return Task.CompletedTask;
        });
        return command;
    }
}
