using Pipeline.Engine.Cache;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Torch;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>The parts of an engine, put together for a model and options.</summary>
/// <param name="Model">The model's shape.</param>
/// <param name="Planner">Decides what each step computes.</param>
/// <param name="Blocks">The cache's blocks.</param>
/// <param name="Runner">Computes it.</param>
internal sealed record EngineCore(ModelConfig Model, StepPlanner Planner, BlockPool Blocks, ModelRunner Runner)
{
    /// <summary>Reads the model and takes the cache's memory.</summary>
    public static EngineCore Build(EngineOptions options, TimeProvider time)
    {
        EngineOptionsValidator.Validate(options);
        ModelConfig model = ModelConfigReader.Read(options.ModelDirectory);
        int blocks = EngineOptionsValidator.BlockCount(options, model);

        LibtorchLoader.EnsureLoaded();
        torch.set_num_threads(options.Threads ?? Environment.ProcessorCount);
        if (options.Device != "cpu" && !torch.cuda.is_available())
        {
            throw new InvalidOperationException($"Device is {options.Device}, but libtorch finds no CUDA device.");
        }

        Device device = torch.device(options.Device);
        ScalarType type = options.Dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16;
        Decoder decoder = DecoderLoader.Load(options.ModelDirectory, model, type, device, LinearMakers.For(options.Dtype, type, device));
        KernelSetting setting = new(model, options.BlockSize, type, device, options.Threads ?? Environment.ProcessorCount);
        BlockPool pool = new(blocks);
        return new EngineCore(
            model,
            new StepPlanner(
                new BlockLedger(pool, options.BlockSize, options.PrefixCaching),
                new StepLimits(options.TokenBudget, options.PrefillChunk ?? options.TokenBudget, options.MaxRunningSequences)),
            pool,
            new ModelRunner(
                decoder,
                new KvCache(model, blocks, options.BlockSize, type, device),
                new TorchKernelMaker().Make(setting),
                options.BlockSize,
                device,
                time));
    }
}
