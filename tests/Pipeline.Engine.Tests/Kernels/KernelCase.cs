using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Models.Rope;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Kernels;

/// <summary>A random model's shape, and random steps of it: what a seed makes of it.</summary>
internal sealed class KernelCase
{
    private static readonly int[] HeadSizes = [8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160];
    private readonly Random _random;

    public KernelCase(int seed, ScalarType type)
    {
        LibtorchLoader.EnsureLoaded();
        _random = new Random(seed);
        int keyHeads = _random.Next(1, 4), size = HeadSizes[_random.Next(HeadSizes.Length)];
        bool plain = seed % 2 == 0;
        ModelConfig model = new()
        {
            HiddenSize = _random.Next(1, 200),
            IntermediateSize = _random.Next(1, 300),
            Layers = 1,
            Heads = keyHeads * _random.Next(1, 9),
            KeyValueHeads = keyHeads,
            HeadSize = size,
            VocabularySize = 10,
            ContextLength = 4096,
            Ropes = [new() { Theta = 10000, Dimensions = size }],
            NormEpsilon = 1e-5,
        };

        // Of every second, all that other families have, too.
        model = plain ? model : model with
        {
            Ropes =
            [
                new() { Theta = 10000, Dimensions = size / 8 * (seed % 4 == 1 ? 6 : 8) },
                new() { Theta = 1e6, Dimensions = size / 8 * (seed % 4 == 1 ? 6 : 8), Scaling = new YarnScaling(4, 1024, 32, 1, null, true) },
            ],
            LayerPattern =
            [
                new() { Window = _random.Next(1, 100) }, new() { Window = _random.Next(100, 1500), Rope = 1 }, new() { Rope = 1 },
            ],
            NormOffset = true,
            Activation = Activation.GeluTanh,
            AttentionScale = 0.3 / Math.Sqrt(size),
            AttentionCap = seed % 4 == 1 ? 1.5 : null,
        };
        Setting = new KernelSetting(model, _random.Next(1, 33), type, CPU, _random.Next(1, 5));
    }

    public KernelSetting Setting { get; }

    public ModelConfig Model => Setting.Model;

    /// <summary>Blocks of the cache that the newest layout needs.</summary>
    public int Blocks { get; private set; }

    /// <summary>A step of a few chunks: single rows and many, short contexts and long, in blocks that lie anywhere.</summary>
    public StepLayout NewLayout()
    {
        StepLayout layout = new(Setting.BlockSize);
        (int Start, int Count)[] chunks = [.. Enumerable.Range(0, _random.Next(1, 7)).Select(_ => NewChunk())];
        int[] needed = [.. chunks.Select(chunk => layout.BlocksFor(chunk.Start + chunk.Count))];
        Blocks = needed.Sum() + _random.Next(3);
        int[] numbers = [.. Enumerable.Range(0, Blocks)];
        _random.Shuffle(numbers);
        int taken = 0;
        for (int i = 0; i < chunks.Length; i++)
        {
            Sequence sequence = new($"{i}", [.. Enumerable.Repeat(0, chunks[i].Start + chunks[i].Count)], 1, "");
            sequence.Table.Blocks.AddRange(numbers.AsSpan(taken, needed[i]));
            taken += needed[i];
            layout.Add(new PlannedChunk(sequence, chunks[i].Start, chunks[i].Count));
        }

        return layout;
    }

    /// <summary>A tensor of normally distributed numbers, in the case's type.</summary>
    public Tensor Normal(double deviation, params long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * _random.NextDouble()));
        }

        return torch.tensor(values, shape).to(Setting.Type);
    }

    /// <summary>A layer's cache, full of numbers that nobody may look at unless they are its own.</summary>
    public LayerCache NewCache()
    {
        long row = 2L * Model.KeyValueHeads * Model.HeadSize;
        Tensor slots = Normal(1.5, (long)Blocks * Setting.BlockSize, row);
        return new LayerCache(slots, slots.view(Blocks, Setting.BlockSize * row));
    }

    private (int Start, int Count) NewChunk() => _random.Next(6) switch
    {
        0 => (0, 1),
        1 => (_random.Next(80), 1),
        2 => (_random.Next(500, 1900), 1),
        3 => (0, _random.Next(2, 150)),
        4 => (_random.Next(1, 200), _random.Next(2, 70)),
        _ => (_random.Next(1000, 2500), _random.Next(2, 5)),
    };
}
