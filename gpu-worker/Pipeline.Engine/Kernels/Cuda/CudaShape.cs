using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>
/// The sizes that follow from a setting and that launches must agree on with the sources: the constants of attend.cuh,
/// attend_split.cu and attend_rows.cu under the same names.
/// </summary>
internal sealed record CudaShape
{
    /// <summary>Warps of a block of threads in attend_split.</summary>
    public const int SplitWarps = 4;

    /// <summary>Warps of a block of threads in attend_rows.</summary>
    public const int RowWarps = 8;

    /// <summary>16-byte pieces of a row that one thread of add_norm keeps.</summary>
    public const int NormVectors = 4;

    /// <summary>Bytes of shared memory of a block of threads in choose: a number and its place for each warp.</summary>
    public const int ChooseShared = 32 * (sizeof(float) + sizeof(int));

    /// <summary>The sizes for a setting.</summary>
    public CudaShape(KernelSetting setting)
    {
        int size = setting.Model.HeadSize;
        bool wide = size > 128;
        Bfloat16 = setting.Type == ScalarType.BFloat16;
        Group = setting.Model.Group;
        SplitPairs = Group <= 8 ? 8 : 16;
        RowPairs = RowWarps * 8 * (wide ? 1 : 2);
        SplitShared = sizeof(float) * ((SplitWarps * SplitPairs * (size + 2)) + (Bfloat16 ? 0 : SplitPairs * size));
        int keyStride = size + 8, valueStride = size + (size % 32 == 0 ? 16 : 0);
        RowShared = 2 * sizeof(ushort) * (wide ? 32 : 64) * (keyStride + valueStride);
        Width = Bfloat16 ? 8 : 4;
    }

    /// <summary>Whether values are bfloat16, and not float32.</summary>
    public bool Bfloat16 { get; }

    /// <summary>Values in 16 bytes.</summary>
    public int Width { get; }

    /// <summary>Query heads for each key head.</summary>
    public int Group { get; }

    /// <summary>Pairs (of a row and a query head) of a work item of attend_split.</summary>
    public int SplitPairs { get; }

    /// <summary>Pairs of a work item of attend_rows.</summary>
    public int RowPairs { get; }

    /// <summary>Bytes of shared memory of a block of threads in attend_split.</summary>
    public int SplitShared { get; }

    /// <summary>Bytes of shared memory of a block of threads in attend_rows.</summary>
    public int RowShared { get; }

    /// <summary>Whether the kernels can be compiled for a setting; which device would run them is not asked.</summary>
    public static bool Supports(KernelSetting setting) =>
        setting.Type is ScalarType.BFloat16 or ScalarType.Float32
        && setting.Model is { HeadSize: >= 16 and <= 256 } model && model.HeadSize % 16 == 0
        && model.RotaryDimensions % 16 == 0
        && model.Heads % model.KeyValueHeads == 0
        && model.HiddenSize % 8 == 0 && model.IntermediateSize % 8 == 0 && (model.Mixture?.IntermediateSize ?? 0) % 8 == 0
        && model.HiddenSize <= NormVectors * 1024 * (setting.Type == ScalarType.BFloat16 ? 8 : 4);
}
