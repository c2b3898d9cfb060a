using Pipeline.Benchmarks.RandomModels;
using Pipeline.Engine.Models;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Attention;

/// <summary>One case: what attends over what.</summary>
/// <param name="Shape">The model's shape.</param>
/// <param name="Dtype"><c>float32</c> or <c>bfloat16</c>.</param>
/// <param name="Sequences">Sequences in a step.</param>
/// <param name="Rows">Rows of each: 1 for decoding, more for a chunk of a prompt.</param>
/// <param name="Context">Tokens that each sequence's last row attends over.</param>
internal sealed record AttentionSetting(ModelShape Shape, string Dtype, int Sequences, int Rows, int Context)
{
    /// <summary>Tokens in a block of the cache.</summary>
    public const int BlockSize = 16;

    private static readonly string[] Shapes = ["smollm-135m", "qwen-0.5b-like"];
    private static readonly string[] Dtypes = ["bfloat16", "float32"];

    /// <summary>The cases that are measured: decoding at two contexts, and chunks of prompts.</summary>
    public static IEnumerable<AttentionSetting> All(int batch) =>
        from name in Shapes
        let shape = ModelShape.All.First(shape => shape.Name == name)
        from dtype in Dtypes
        from size in new[] { (batch, 1, 1024), (batch, 1, 8192), (4, 384, 384), (4, 128, 384), (4, 64, 2048) }
        select new AttentionSetting(shape, dtype, size.Item1, size.Item2, size.Item3);

    /// <summary>Whether single rows attend, which memory limits; chunks are limited by arithmetic.</summary>
    public bool IsDecode => Rows == 1;

    /// <summary>What it is called in tables.</summary>
    public string Name => IsDecode
        ? $"decode, {Sequences} x 1 at {Context}"
        : $"prefill, {Sequences} x {Rows} at {Context}";

    /// <summary>The engine's name for the type.</summary>
    public ScalarType Type => Dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16;

    /// <summary>Values of one token in a layer's cache: keys and values.</summary>
    public long SlotWidth => 2L * Shape.KeyValueHeads * Shape.HeadSize;

    /// <summary>Blocks of a sequence.</summary>
    public int Blocks => (Context + BlockSize - 1) / BlockSize;

    /// <summary>Bytes of keys and values that the sequences have in one layer: what decoding reads.</summary>
    public long CacheBytes => (long)Sequences * Context * SlotWidth * (Type == ScalarType.Float32 ? 4 : 2);

    /// <summary>Multiply-adds, two operations each, that causal attention takes in one layer: nothing masked counts.</summary>
    public double Operations =>
        4.0 * Sequences * Shape.Heads * Shape.HeadSize * ((double)Rows * (Context - Rows) + ((double)Rows * (Rows + 1) / 2));

    /// <summary>The model as an engine would read it, as far as attention goes.</summary>
    public ModelConfig Model => new()
    {
        HiddenSize = Shape.Hidden,
        IntermediateSize = Shape.Intermediate,
        Layers = Shape.Layers,
        Heads = Shape.Heads,
        KeyValueHeads = Shape.KeyValueHeads,
        HeadSize = Shape.HeadSize,
        VocabularySize = Shape.Vocabulary,
        ContextLength = Math.Max(Shape.Context, Context),
        Ropes = [new() { Theta = Shape.RopeTheta, Dimensions = Shape.HeadSize }],
        NormEpsilon = Shape.Epsilon,
        EndTokens = [],
    };
}
