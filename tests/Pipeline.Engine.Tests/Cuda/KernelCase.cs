using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Models.Rope;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>
/// A step over made-up sequences: a layout, a cache that holds what was computed before (and no numbers anywhere else), and
/// the rows' queries, keys and values.
/// </summary>
internal sealed class KernelCase : IDisposable
{
    private readonly Random _random;
    private readonly DisposeScope _scope;

    static KernelCase() => LibtorchLoader.EnsureLoaded();

    public KernelCase(KernelSetting setting, IReadOnlyList<(int Context, int Rows)> chunks, int seed, double loudness = 1)
    {
        _scope = torch.NewDisposeScope();
        _random = new Random(seed);
        Setting = setting;
        Layer = Model.LayerPattern[0];
        Layout = new StepLayout(setting.BlockSize);
        int blocks = chunks.Sum(chunk => Layout.BlocksFor(chunk.Context)) + 3;
        Queue<int> free = new(Enumerable.Range(0, blocks).OrderBy(_ => _random.Next()));
        int slotWidth = 2 * Model.KeyValueHeads * Model.HeadSize;
        float[] cache = new float[blocks * setting.BlockSize * slotWidth];
        Array.Fill(cache, float.NaN);
        foreach ((int context, int rows) in chunks)
        {
            Sequence sequence = new("", [.. Enumerable.Repeat(1, context)], 1, "") { IsStretched = context > Model.StretchedFrom };
            sequence.Table.Blocks.AddRange(Enumerable.Range(0, Layout.BlocksFor(context)).Select(_ => free.Dequeue()));
            for (int token = 0; token < context - rows; token++)
            {
                int slot = (sequence.Table.Blocks[token / setting.BlockSize] * setting.BlockSize) + (token % setting.BlockSize);
                Fill(cache.AsSpan(slot * slotWidth, slotWidth), 1);
            }

            Layout.Add(new PlannedChunk(sequence, context - rows, rows));
        }

        Tensor slots = Copy(cache, blocks * setting.BlockSize, slotWidth);
        Cache = new LayerCache(slots, slots.view(blocks, setting.BlockSize * slotWidth));
        QueryKeyValue = Random(loudness, Layout.Rows, Model.Heads + (2 * Model.KeyValueHeads), Model.HeadSize);
    }

    public KernelSetting Setting { get; }

    public ModelConfig Model => Setting.Model;

    public StepLayout Layout { get; }

    /// <summary>The layer in hand: the model's first unless set.</summary>
    public LayerConfig Layer { get; set; }

    public LayerCache Cache { get; }

    public Tensor QueryKeyValue { get; }

    public static KernelSetting ForShape(int heads, int keyHeads, int headSize, int blockSize, ScalarType type) => new(
        new ModelConfig
        {
            HiddenSize = 64, IntermediateSize = 96, Layers = 1, Heads = heads, KeyValueHeads = keyHeads, HeadSize = headSize,
            VocabularySize = 100, ContextLength = 4096, NormEpsilon = 1e-5,
            Ropes = [new() { Theta = 10000, Dimensions = headSize }],
        },
        blockSize, type, torch.CPU, 1);

    /// <summary>The same shape with what other families have: windows, two kinds of rotation of a part of each head, a cap, gelu, norms with an offset.</summary>
    public static KernelSetting Elaborate(KernelSetting plain, int rotary, params int?[] windows) => plain with
    {
        Model = plain.Model with
        {
            Ropes =
            [
                new() { Theta = 10000, Dimensions = rotary, Scaling = new LongRopeScaling(Factors(rotary, 1.1), Factors(rotary, 1.4), 1000, 1.2) },
                new() { Theta = 1e6, Dimensions = rotary, Scaling = new YarnScaling(4, 1024, 32, 1, 1.25, true) },
            ],
            LayerPattern = [.. windows.Select((window, i) => new LayerConfig { Window = window, Rope = i % 2 })],
            NormOffset = true,
            Activation = Activation.GeluTanh,
            AttentionScale = 0.7 / Math.Sqrt(plain.Model.HeadSize),
            AttentionCap = 2.5,
            Names = new() { QueryNorm = "q", KeyNorm = "k" },
        },
    };

    private static double[] Factors(int rotary, double growth) => [.. Enumerable.Range(0, rotary / 2).Select(i => Math.Pow(growth, i % 8))];

    /// <summary>Normally distributed numbers in the case's type.</summary>
    public Tensor Random(double deviation, params long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        Fill(values, deviation);
        return Copy(values, shape);
    }

    public void Dispose() => _scope.Dispose();

    public static double[] Values(Tensor tensor) => tensor.to(ScalarType.Float64).flatten().data<double>().ToArray();

    // In torch's own memory, which is aligned as a device's is: an array's would be used as it is.
    private Tensor Copy(float[] values, params long[] shape) => torch.tensor(values, shape).clone().to(Setting.Type);

    private void Fill(Span<float> values, double deviation)
    {
        foreach (ref float value in values)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            value = (float)(deviation * radius * Math.Cos(2 * Math.PI * _random.NextDouble()));
        }
    }
}
