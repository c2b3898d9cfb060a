using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Torch;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;
using Pipeline.Engine.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Execution;

public sealed class EngineSizeTests
{
    private static readonly ModelConfig Model = ReadModel();

    // Two layers of two heads of 8, keys and values, float32: 256 bytes for a token, 4096 for a block of 16.
    private const long Block = 4096;

    private static EngineOptions Options => new() { ModelDirectory = "" };

    [Fact]
    public void What_the_options_say_is_taken_and_nothing_is_measured()
    {
        EngineOptions options = Options with { BlockCount = 7, MaxRunningSequences = 3, TokenBudget = 5 };
        Assert.Equal(new EngineSize(7, 3, 5), EngineSize.Of(options, Model, () => throw new InvalidOperationException()));
        options = options with { BlockCount = null, KvCacheBytes = (9 * Block) + 1 };
        Assert.Equal(new EngineSize(9, 3, 5), EngineSize.Of(options, Model, () => throw new InvalidOperationException()));
    }

    [Fact]
    public void Measured_memory_is_used_to_the_last_block_but_not_beyond_what_all_running_can_use()
    {
        Assert.Equal(1000, EngineSize.Of(Options, Model, () => (1001 * Block) - 1).Blocks);

        // 64 sequences of a context of 512 tokens are 32 blocks each.
        Assert.Equal(64 * 32, EngineSize.Of(Options, Model, () => 1L << 40).Blocks);
        Assert.Equal(3 * 32, EngineSize.Of(Options with { MaxRunningSequences = 3 }, Model, () => 1L << 40).Blocks);
    }

    [Fact]
    public void On_cuda_memory_says_how_many_run_and_how_much_a_step_takes_on()
    {
        EngineOptions cuda = Options with { Device = "cuda" };
        EngineSize little = EngineSize.Of(cuda, Model, () => 100 * Block), some = EngineSize.Of(cuda, Model, () => 12_800 * Block);
        EngineSize much = EngineSize.Of(cuda, Model, () => 1L << 40);
        Assert.Equal((64, 1600), (little.MaxRunning, little.TokenBudget));
        Assert.Equal((200, 8192), (some.MaxRunning, some.TokenBudget));
        Assert.Equal((1024, 8192), (much.MaxRunning, much.TokenBudget));
    }

    [Fact]
    public void Memory_that_holds_no_block_is_refused_by_name()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => EngineSize.Of(Options, Model, () => Block - 1));
        Assert.Equal("KvCacheBytes", e.ParamName);
    }

    [Fact]
    public void A_host_has_free_memory()
    {
        Assert.InRange(CacheMemory.FreeOnHost(), 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    [Fact]
    public void An_engine_that_is_told_nothing_chooses_and_runs()
    {
        using RandomModel model = new(new() { Seed = 41 });
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = model.Directory, Threads = 1 });
        Assert.Equal((64, 2048), (engine.MaxRunning, engine.TokenBudget));
        Assert.InRange(engine.Statistics.TotalBlocks, 1, 64 * 32);
        Assert.Equal(5, EngineDriver.Run(engine, EngineDriver.Greedy("a", [1, 2, 3], 5))["a"].CompletionTokens);
    }

    [Fact]
    public void The_largest_step_runs_before_there_is_a_cache()
    {
        using RandomModel model = new(new() { Seed = 42 });
        EngineOptions options = new() { ModelDirectory = model.Directory, MaxRunningSequences = 8, TokenBudget = 200, Threads = 1 };
        LibtorchLoader.EnsureLoaded();
        Device cpu = torch.CPU;
        using Decoder decoder = DecoderLoader.Load(
            model.Directory, Model, ScalarType.Float32, cpu, LinearMakers.For("float32", ScalarType.Float32, cpu));
        using IKernels kernels = new TorchKernelMaker().Make(new KernelSetting(Model, options.BlockSize, ScalarType.Float32, cpu, 1));
        int measured = 0;
        TrialStep.Run(decoder, kernels, options, ScalarType.Float32, cpu, TimeProvider.System);
        Assert.InRange(CacheMemory.Measure(cpu, () => measured++), 1, long.MaxValue);
        Assert.Equal(0, measured);
    }

    private static ModelConfig ReadModel()
    {
        using RandomModel model = new(new());
        return ModelConfigReader.Read(model.Directory);
    }
}
