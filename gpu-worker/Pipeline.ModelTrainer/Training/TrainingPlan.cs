namespace Pipeline.ModelTrainer.Training;

/// <summary>Everything that decides which weights come out.</summary>
internal sealed record TrainingPlan
{
    public long Seed { get; init; } = 1;

    public int ExamplesPerStep { get; init; } = 24;

    public int Context { get; init; } = 1024;

    /// <summary>Tokens, padding included, that go through the model at once. Bounds memory; changes rounding.</summary>
    public int MicroBatchTokens { get; init; } = 1536;

    /// <summary>Steps at the start with exercises: nearly all over the first half, fewer and fewer over the second.</summary>
    public int ExerciseSteps { get; init; } = 150;

    /// <summary>Steps after the exercises over which documents grow to full length.</summary>
    public int GrowthSteps { get; init; } = 300;

    /// <summary>How often a document's words come again. Copying is found sooner without, and made sure with.</summary>
    public double Echoes { get; init; }

    public int WarmupSteps { get; init; } = 40;

    /// <summary>The learning rate of matrices (Muon).</summary>
    public double MatrixRate { get; init; } = 0.02;

    /// <summary>The learning rate of embeddings and norms (Adam).</summary>
    public double OtherRate { get; init; } = 0.003;

    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The weight of document tokens in the loss, where an answer's token counts 1.</summary>
    public double DocumentWeight { get; init; } = 0.2;

    /// <summary>Of how many document tokens one counts in the loss.</summary>
    public int DocumentStride { get; init; } = 4;

    /// <summary>
    /// The factor on the learning rate: up over the warm-up, then 1, then down to 0 over the last
    /// <paramref name="decaySteps"/> of <paramref name="totalSteps"/>.
    /// </summary>
    public double RateFactor(int step, int totalSteps, int decaySteps)
    {
        var up = Math.Min(1, (step + 1.0) / Math.Max(1, WarmupSteps));
        var down = decaySteps <= 0 ? 1 : Math.Min(1, (totalSteps - step) / (double)decaySteps);
        return Math.Min(up, down);
    }
}
