using Pipeline.ModelTrainer.Documents;
using Pipeline.ModelTrainer.Prompts;
using Pipeline.ModelTrainer.Tokenizers;

namespace Pipeline.ModelTrainer.Training;

/// <summary>Makes the examples of each training step. What a step sees depends on the seed and the step's number alone.</summary>
internal sealed class ExampleSource(BpeTokenizer tokenizer, TrainingPlan plan)
{
    private readonly DocumentMaker maker = new(plan.Seed);

    private readonly Exercises exercises = new(plan.Seed);

    /// <summary>The examples of a step, shortest first.</summary>
    public List<Example> Of(int step)
    {
        var size = Math.Clamp((step - plan.ExerciseSteps) / (double)Math.Max(1, plan.GrowthSteps), 0, 1);
        var exerciseShare = Math.Clamp(2 - (2.0 * step / Math.Max(1, plan.ExerciseSteps)), 0, 0.9);
        var examples = new List<Example>();
        for (var i = 0; examples.Count < plan.ExamplesPerStep * (exerciseShare > 0.8 ? 2 : 1); i++)
        {
            // Step and place within the step name the document; a too long one is passed over.
            var index = ((long)step << 16) + i;
            var chance = new Chance(~plan.Seed, index);
            var example = exerciseShare > 0 && chance.Maybe(exerciseShare)
                ? Exercise(chance, index)
                : Example.Of(tokenizer, Extraction.About(chance, maker.Make(index, size, echoes: plan.Echoes)));
            if (example.Ids.Length <= plan.Context)
            {
                examples.Add(example);
            }
        }

        examples.Sort((a, b) => a.Ids.Length.CompareTo(b.Ids.Length));
        return examples;
    }

    private Example Exercise(Chance chance, long index)
    {
        if (chance.Maybe(0.5))
        {
            return Example.Of(tokenizer, exercises.Make(index));
        }

        var any = new int[chance.Int(8, 50)];
        foreach (ref var id in any.AsSpan())
        {
            id = chance.Int(BpeTokenizer.FirstByteId, tokenizer.VocabularySize - 1);
        }

        return Example.Repeat(tokenizer, any);
    }
}
