using Pipeline.Engine.Cache;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Speculation;

namespace Pipeline.Engine.Execution;

/// <summary>The parts of an engine, put together for a model and options.</summary>
/// <param name="Model">The model's shape.</param>
/// <param name="Size">How much it takes on.</param>
/// <param name="Planner">Decides what each step computes.</param>
/// <param name="Blocks">The cache's blocks.</param>
/// <param name="Runner">Computes it.</param>
/// <param name="Kernels">What it computes with; the runner's.</param>
/// <param name="Draft">The model that guesses tokens ahead, if there is one.</param>
internal sealed record EngineCore(
    ModelConfig Model, EngineSize Size, StepPlanner Planner, BlockPool Blocks, ModelRunner Runner, KernelChoice Kernels, DraftModel? Draft)
{
    /// <summary>Reads the model and takes the cache's memory.</summary>
    public static EngineCore Build(EngineOptions options, TimeProvider time)
    {
        EngineOptionsValidator.Validate(options);
        ComputeSetting setting = ComputeSetting.Of(options);
        LoadedModel model = LoadedModel.Load(options.ModelDirectory, options, setting);
        LoadedModel? draft = options.DraftModelDirectory is { } directory ? LoadedModel.Load(directory, options, setting) : null;
        EngineSize size = EngineSize.Of(options, model.Config, () => CacheMemory.Measure(
            setting.Device, () => TrialStep.Run(model.Decoder, model.Kernels.Kernels, options, setting.Type, setting.Device, time)), draft?.Config);
        BlockPool pool = new(size.Blocks);
        return new EngineCore(
            model.Config,
            size,
            new StepPlanner(
                new BlockLedger(pool, options.BlockSize, options.PrefixCaching),
                new StepLimits(size.TokenBudget, options.PrefillChunk ?? size.TokenBudget, size.MaxRunning)),
            pool,
            model.MakeRunner(size.Blocks, options, setting, time),
            model.Kernels,
            draft is null ? null : new DraftModel(
                draft.Config,
                draft.MakeRunner(size.Blocks, options, setting, time),
                new BlockLedger(new BlockPool(size.Blocks), options.BlockSize, options.PrefixCaching),
                size.TokenBudget));
    }
}
