using System.Diagnostics;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Attention;

/// <summary>
/// Times attention as an engine calls it: layer after layer, each with a cache of its own. The
/// caches together are far larger than a processor's, so that each layer's comes from memory.
/// </summary>
internal static class AttentionRun
{
    private const long LeastBytes = 512L << 20;
    private const int MostLayers = 16, Rounds = 7;

    /// <summary>Measures a case.</summary>
    /// <param name="setting">The case.</param>
    /// <param name="wanted">Kernels to use, by name.</param>
    /// <param name="threads">Threads to compute with.</param>
    /// <param name="scattered">Whether blocks lie anywhere, rather than where an engine that has worked for a while has them.</param>
    /// <returns>The kernels' name, and the seconds of each layer that was timed, ascending.</returns>
    public static (string Kernels, double[] Seconds) Measure(AttentionSetting setting, string wanted, int threads, bool scattered)
    {
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        KernelSetting making = new(setting.Model, AttentionSetting.BlockSize, setting.Type, CPU, threads);
        using IKernels kernels = KernelChoice.Make(making, wanted, KernelMakers.All).Kernels;
        int layers = (int)Math.Clamp((LeastBytes + setting.CacheBytes - 1) / setting.CacheBytes, 1, MostLayers);
        using KvCache cache = NewCache(setting, layers);
        StepLayout layout = NewLayout(setting, scattered);
        Tensor projected = torch.randn(
            layout.Rows, setting.Shape.Heads + (2L * setting.Shape.KeyValueHeads), setting.Shape.HeadSize).to(setting.Type);
        using IStepKernels step = kernels.Begin(layout);
        return (kernels.Name, Time(step, projected, cache.Layers));
    }

    private static double[] Time(IStepKernels step, Tensor projected, IReadOnlyList<LayerCache> caches)
    {
        List<double> seconds = [];
        for (int round = 0; round < Rounds; round++)
        {
            foreach (LayerCache cache in caches)
            {
                long start = Stopwatch.GetTimestamp();
                step.Attend(projected, LayerConfig.Plain, cache).Dispose();
                double taken = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (round > 0)
                {
                    seconds.Add(taken);
                }
            }
        }

        return [.. seconds.Order()];
    }

    private static KvCache NewCache(AttentionSetting setting, int layers)
    {
        KvCache cache = new(
            setting.Model with { Layers = layers }, WornCache.BlocksFor(setting), AttentionSetting.BlockSize, setting.Type, CPU);
        foreach (LayerCache layer in cache.Layers)
        {
            layer.Slots.normal_();
        }

        return cache;
    }

    private static StepLayout NewLayout(AttentionSetting setting, bool scattered)
    {
        StepLayout layout = new(AttentionSetting.BlockSize);
        foreach (IReadOnlyList<int> blocks in scattered ? WornCache.Scattered(setting) : WornCache.AsWorked(setting))
        {
            Sequence sequence = new($"{layout.Chunks}", new int[setting.Context], 1, "");
            sequence.Table.Blocks.AddRange(blocks);
            layout.Add(new PlannedChunk(sequence, setting.Context - setting.Rows, setting.Rows));
        }

        return layout;
    }
}
