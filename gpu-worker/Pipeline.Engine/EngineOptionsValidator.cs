using Pipeline.Engine.Kernels;

namespace Pipeline.Engine;

/// <summary>Checks options before anything is loaded.</summary>
internal static class EngineOptionsValidator
{
    /// <summary>Throws for options that cannot work.</summary>
    /// <exception cref="ArgumentException">Which option, and what it may be.</exception>
    public static void Validate(EngineOptions options)
    {
        Require(Directory.Exists(options.ModelDirectory), nameof(options.ModelDirectory), $"{options.ModelDirectory} is no directory");
        Require(options.Device is "cpu" or "cuda" || options.Device.StartsWith("cuda:", StringComparison.Ordinal),
            nameof(options.Device), $"'{options.Device}' is neither cpu nor cuda");
        Require(options.Dtype is "float32" or "bfloat16" or "int8", nameof(options.Dtype), $"'{options.Dtype}' is none of float32, bfloat16 and int8");
        Require(options.Kernels == KernelChoice.Auto || KernelMakers.All.Any(maker => maker.Name == options.Kernels), nameof(options.Kernels),
            $"'{options.Kernels}' is none of {KernelChoice.Auto}, {string.Join(", ", KernelMakers.All.Select(maker => maker.Name))}");
        Require(options.BlockSize is >= 1 and <= 4096, nameof(options.BlockSize), "must be from 1 to 4096");
        Require(options.BlockCount is null or >= 1, nameof(options.BlockCount), "must be positive");
        Require(options.KvCacheBytes is null or >= 1, nameof(options.KvCacheBytes), "must be positive");
        Require(options.MaxRunningSequences is null or >= 1, nameof(options.MaxRunningSequences), "must be positive");
        Require(options.TokenBudget is null or >= 1, nameof(options.TokenBudget), "must be positive");
        Require(options.PrefillChunk is null or >= 1, nameof(options.PrefillChunk), "must be positive");
        Require(options.DraftModelDirectory is not { } draft || Directory.Exists(draft), nameof(options.DraftModelDirectory),
            $"{options.DraftModelDirectory} is no directory");
        Require(options.Speculation != SpeculationMode.Draft || options.DraftModelDirectory is not null, nameof(options.Speculation),
            $"is {SpeculationMode.Draft}, but {nameof(options.DraftModelDirectory)} names no model");
        Require(options.MostDrafted is >= 1 and <= 64, nameof(options.MostDrafted), "must be from 1 to 64");
        Require(options.Threads is null or >= 1, nameof(options.Threads), "must be positive");
    }

    /// <summary>Throws unless an option is as it has to be.</summary>
    /// <exception cref="ArgumentException">Which option, and what is wrong with it.</exception>
    public static void Require(bool met, string option, string otherwise)
    {
        if (!met)
        {
            throw new ArgumentException($"Engine option {option}: {otherwise}.", option);
        }
    }
}
