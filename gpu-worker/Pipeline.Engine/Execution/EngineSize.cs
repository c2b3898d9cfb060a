using Pipeline.Engine.Models;

namespace Pipeline.Engine.Execution;

/// <summary>How much an engine takes on: what its options say, and what follows from the memory where they say nothing.</summary>
/// <param name="Blocks">Blocks of the KV cache.</param>
/// <param name="MaxRunning">Sequences computed at a time.</param>
/// <param name="TokenBudget">Tokens computed in a step.</param>
internal sealed record EngineSize(int Blocks, int MaxRunning, int TokenBudget)
{
    // A CPU is busy with few rows: more at a time only wait longer. A CUDA device wants as many as memory holds.
    private const int CpuRunning = 64, CudaRunning = 1024, CpuBudget = 2048, CudaBudget = 8192;

    // Memory is shared out by this many tokens for a sequence.
    private const int UsualTokens = 1024;

    /// <summary>The most sequences at a time that are chosen for a device.</summary>
    public static int MostRunning(EngineOptions options) =>
        options.MaxRunningSequences ?? (options.Device == "cpu" ? CpuRunning : CudaRunning);

    /// <summary>The most tokens in a step that are chosen for a device.</summary>
    public static int MostTokens(EngineOptions options) => options.TokenBudget ?? (options.Device == "cpu" ? CpuBudget : CudaBudget);

    /// <summary>Works out the size.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="model">The model's shape.</param>
    /// <param name="measure">Measures the memory that the cache may take, in bytes; asked only when the options do not say.</param>
    /// <param name="draft">The shape of a model that guesses ahead: its cache has as many blocks; null for none.</param>
    /// <exception cref="ArgumentException">The memory does not hold a single block.</exception>
    public static EngineSize Of(EngineOptions options, ModelConfig model, Func<long> measure, ModelConfig? draft = null)
    {
        long bytes = (model.CacheValuesPerToken + (draft?.CacheValuesPerToken ?? 0)) * options.BlockSize * (options.Dtype == "float32" ? 4 : 2);
        long held = options.BlockCount ?? ((options.KvCacheBytes ?? measure()) / bytes);
        EngineOptionsValidator.Require(
            held >= 1, nameof(options.KvCacheBytes), $"the memory for the KV cache holds no block of {bytes} bytes");

        long tokens = held * options.BlockSize;
        int running = options.MaxRunningSequences ?? (int)Math.Clamp(tokens / UsualTokens, CpuRunning, MostRunning(options));
        int budget = options.TokenBudget ?? (int)Math.Clamp(tokens, 1, MostTokens(options));

        // More than all running sequences at full context can use would lie idle.
        long useful = (long)running * ((model.ContextLength + options.BlockSize - 1) / options.BlockSize);
        long blocks = options.BlockCount ?? Math.Min(Math.Min(held, useful), int.MaxValue / options.BlockSize);
        return new EngineSize((int)blocks, running, budget);
    }
}
