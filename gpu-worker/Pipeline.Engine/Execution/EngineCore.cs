using Pipeline.Engine.Cache;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>The parts of an engine, put together for a model and options.</summary>
/// <param name="Model">The model's shape.</param>
/// <param name="Size">How much it takes on.</param>
/// <param name="Planner">Decides what each step computes.</param>
/// <param name="Blocks">The cache's blocks.</param>
/// <param name="Runner">Computes it.</param>
/// <param name="Kernels">What it computes with; the runner's.</param>
internal sealed record EngineCore(
    ModelConfig Model, EngineSize Size, StepPlanner Planner, BlockPool Blocks, ModelRunner Runner, KernelChoice Kernels)
{
    /// <summary>Reads the model and takes the cache's memory.</summary>
    public static EngineCore Build(EngineOptions options, TimeProvider time)
    {
        EngineOptionsValidator.Validate(options);
        ModelConfig model = ModelConfigReader.Read(options.ModelDirectory);

        (Device device, ScalarType type, int threads) = ComputeSetting.Of(options);
        Decoder decoder = DecoderLoader.Load(options.ModelDirectory, model, type, device, LinearMakers.For(options.Dtype, type, device));
        KernelSetting setting = new(model, options.BlockSize, type, device, threads);
        KernelChoice kernels = KernelChoice.Make(setting, options.Kernels, KernelMakers.All);
        EngineSize size = EngineSize.Of(
            options, model, () => CacheMemory.Measure(device, () => TrialStep.Run(decoder, kernels.Kernels, options, type, device, time)));
        BlockPool pool = new(size.Blocks);
        return new EngineCore(
            model,
            size,
            new StepPlanner(
                new BlockLedger(pool, options.BlockSize, options.PrefixCaching),
                new StepLimits(size.TokenBudget, options.PrefillChunk ?? size.TokenBudget, size.MaxRunning)),
            pool,
            new ModelRunner(
                decoder,
                new KvCache(model, size.Blocks, options.BlockSize, type, device),
                kernels.Kernels,
                options.BlockSize,
                device,
                time),
            kernels);
    }
}
