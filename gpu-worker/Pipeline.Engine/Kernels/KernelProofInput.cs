using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>Random input for all operations, the same at every start: a step of single rows and of chunks, short and long.</summary>
internal sealed class KernelProofInput
{
    private const int Seed = 20;

    private readonly KernelSetting _setting;
    private readonly Random _random = new(Seed);
    private readonly int _blocks;

    /// <summary>Makes the input.</summary>
    public KernelProofInput(KernelSetting setting)
    {
        _setting = setting;
        ModelConfig model = setting.Model;
        Layout = new StepLayout(setting.BlockSize);
        _blocks = AddChunks(model.ContextLength);
        Residual = Normal(1, Layout.Rows, model.HiddenSize);
        Delta = Normal(1, Layout.Rows, model.HiddenSize);
        Weight = Normal(1, model.HiddenSize);
        GateUp = Normal(2, Layout.Rows, 2L * model.IntermediateSize);

        // Wide enough that attention is far from even: a wrong position or a key too many shows.
        Projected = Normal(1.5, Layout.Rows, model.Heads + (2L * model.KeyValueHeads), model.HeadSize);
        HeadNorms = model.HasHeadNorms ? new HeadNorms(Normal(1, model.HeadSize), Normal(1, model.HeadSize)) : null;
        Layers = [.. model.LayerPattern.DistinctBy(layer => (layer.Window, layer.Rope))];
        Logits = NewLogits(model.VocabularySize);
        Allowed = NewMasks(model.VocabularySize);
    }

    /// <summary>The step.</summary>
    public StepLayout Layout { get; }

    /// <summary>[rows, hidden].</summary>
    public Tensor Residual { get; }

    /// <summary>[rows, hidden].</summary>
    public Tensor Delta { get; }

    /// <summary>[hidden].</summary>
    public Tensor Weight { get; }

    /// <summary>[rows, 2 * intermediate].</summary>
    public Tensor GateUp { get; }

    /// <summary>[rows, heads + 2 * key-value heads, head size].</summary>
    public Tensor Projected { get; }

    /// <summary>Norms of query and key heads, if the model has them.</summary>
    public HeadNorms? HeadNorms { get; }

    /// <summary>A layer of each kind.</summary>
    public IReadOnlyList<LayerConfig> Layers { get; }

    /// <summary>[4, vocabulary]: any, one with equal maxima, one with something that is not a number, one of nothing finite.</summary>
    public Tensor Logits { get; }

    /// <summary>uint8 [4, bytes]: any tokens allowed, half of them.</summary>
    public Tensor Allowed { get; }

    /// <summary>A cache whose every slot is filled: the same each time.</summary>
    public LayerCache NewCache()
    {
        Random random = new(Seed);
        long row = 2L * _setting.Model.KeyValueHeads * _setting.Model.HeadSize;
        Tensor slots = Normal(random, 1.5, (long)_blocks * _setting.BlockSize, row);
        return new LayerCache(slots, slots.view(_blocks, _setting.BlockSize * row));
    }

    private int AddChunks(int contextLength)
    {
        int block = _setting.BlockSize;
        (int Start, int Count)[] wanted =
        [
            (0, 1), (block - 1, 1), (block, 1), ((3 * block) + 2, 1), (700, 1), (0, 5), (block + 1, 40), (0, 70), (190, 3), (1300, 2),
        ];
        (int Start, int Count)[] chunks = [.. wanted.Where(chunk => chunk.Start + chunk.Count <= contextLength)];
        int[] numbers = [.. Enumerable.Range(0, chunks.Sum(chunk => Layout.BlocksFor(chunk.Start + chunk.Count)))];
        _random.Shuffle(numbers);
        int taken = 0;
        foreach ((int start, int count) in chunks)
        {
            Sequence sequence = new($"{start}", [.. Enumerable.Repeat(0, start + count)], 1, "")
            {
                // Of a model that knows both, both: whatever their length.
                IsStretched = _setting.Model.StretchedFrom is not null && start % 2 == 1,
            };
            int blocks = Layout.BlocksFor(start + count);
            sequence.Table.Blocks.AddRange(numbers.AsSpan(taken, blocks));
            taken += blocks;
            Layout.Add(new PlannedChunk(sequence, start, count));
        }

        return taken;
    }

    private Tensor NewMasks(int vocabulary)
    {
        long bytes = (vocabulary + 31) / 32 * sizeof(uint);
        byte[] masks = new byte[4 * bytes];
        _random.NextBytes(masks);
        return torch.tensor(masks, [4, bytes]).to(_setting.Device);
    }

    private Tensor NewLogits(int vocabulary)
    {
        float[] logits = Values(_random, 4, 4L * vocabulary);
        logits[vocabulary + (vocabulary / 3)] = logits[(2 * vocabulary) - 1] = 50;
        logits[(2 * vocabulary) + (vocabulary / 2)] = float.NaN;
        logits.AsSpan(3 * vocabulary).Fill(float.NegativeInfinity);
        return OnDevice(logits, 4, vocabulary);
    }

    private Tensor Normal(double deviation, params long[] shape) => Normal(_random, deviation, shape);

    private Tensor Normal(Random random, double deviation, params long[] shape) =>
        OnDevice(Values(random, deviation, shape.Aggregate(1L, (product, size) => product * size)), shape);

    private static float[] Values(Random random, double deviation, long count)
    {
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    private Tensor OnDevice(float[] values, params long[] shape) => torch.tensor(values, shape).to(_setting.Type).to(_setting.Device);
}
